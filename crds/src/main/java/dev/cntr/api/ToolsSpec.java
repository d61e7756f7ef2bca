package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * Where the tools of a session come from.
 *
 * @param source whose file tree is the session's {@code /}
 * @param container of which container, where it is one's
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "(self.source == 'Container') == has(self.container)",
        message = "source Container needs container, and only that has it")
public record ToolsSpec(
        @Default("Agent")
        @JsonPropertyDescription(
                "Agent: the file tree of the agent's own image. Container: that of another container of the same pod, read-only and without its volumes.")
        Source source,

        @Size(min = 1, max = 63)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        @JsonPropertyDescription("With source Container: the name of a running container of the pod.")
        @Nullable
        String container) {
    /** The default. */
    public static final ToolsSpec AGENT = new ToolsSpec(Source.AGENT, null);

    /** Fills in the default. */
    public ToolsSpec(@Nullable Source source, @Nullable String container) {
        this.source = source == null ? Source.AGENT : source;
        this.container = container;
    }

    /** A tree of tools. */
    public enum Source {
        /** The agent image's. */
        @JsonProperty("Agent")
        AGENT,
        /** The root file system of another container of the same pod. */
        @JsonProperty("Container")
        CONTAINER
    }
}
