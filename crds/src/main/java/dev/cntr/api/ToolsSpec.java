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
 * @param image of which image, where it is one's
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "(self.source == 'Image') == has(self.image)",
        message = "source Image needs image, and only that has it")
@ValidationRule(
        value = "(self.source == 'Container') == has(self.container)",
        message = "source Container needs container, and only that has it")
public record ToolsSpec(
        @Default("Agent")
        @JsonPropertyDescription(
                "Agent: the file tree of the agent's own image. Container: that of another container of the same pod, read-only and without its volumes. Image: that of an image, which the node's container runtime pulls where it does not have it; a DebugPolicy must allow it. Host: the node's own, without the directories of its secrets; a DebugPolicy must allow it.")
        Source source,

        @Size(min = 1, max = 63)
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        @JsonPropertyDescription("With source Container: the name of a running container of the pod.")
        @Nullable
        String container,

        @Size(min = 3, max = 512)
        @Pattern(IMAGE)
        @JsonPropertyDescription(
                "With source Image: its whole name, HOST/PATH and :TAG or @sha256:DIGEST; docker.io/library/busybox, not busybox.")
        @Nullable
        String image) {
    /** A registry, without which the container runtime would choose one; a repository; a tag, a digest or neither. */
    static final String IMAGE = "^" + Names.REPOSITORY + "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})?$";

    /** The default. */
    public static final ToolsSpec AGENT = new ToolsSpec(Source.AGENT, null, null);

    /** Fills in the default. */
    public ToolsSpec(@Nullable Source source, @Nullable String container, @Nullable String image) {
        this.source = source == null ? Source.AGENT : source;
        this.container = container;
        this.image = image;
    }

    /** The root of another container. */
    public static ToolsSpec ofContainer(String name) {
        return new ToolsSpec(Source.CONTAINER, name, null);
    }

    /** The node's. */
    public static ToolsSpec ofHost() {
        return new ToolsSpec(Source.HOST, null, null);
    }

    /**
     * An image.
     *
     * @param name with its registry
     */
    public static ToolsSpec ofImage(String name) {
        return new ToolsSpec(Source.IMAGE, null, name);
    }

    /** Whether the resource takes this as an image's name. */
    public static boolean isImage(String name) {
        return name.length() <= 512 && name.matches(IMAGE);
    }

    /** A tree of tools. */
    public enum Source {
        /** The agent image's. */
        @JsonProperty("Agent")
        AGENT,
        /** The root file system of another container of the same pod. */
        @JsonProperty("Container")
        CONTAINER,
        /** An image, pulled and kept by the node's container runtime. */
        @JsonProperty("Image")
        IMAGE,
        /** The node's own, without its secrets. */
        @JsonProperty("Host")
        HOST
    }
}
