package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the tools of a session come from.
 *
 * @param source whose file tree is the session's {@code /}
 * @param container of which container, where it is one's
 * @param image of which image, where it is one's
 * @param imagePullSecrets what the image is pulled with, where it has to be; they are tried one after the other
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@ValidationRule(
        value = "(self.source == 'Image') == has(self.image)",
        message = "source Image needs image, and only that has it")
@ValidationRule(
        value = "self.source == 'Image' || !has(self.imagePullSecrets) || self.imagePullSecrets.size() == 0",
        message = "only source Image has imagePullSecrets")
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
        String image,

        @Size(max = 8)
        @JsonPropertyDescription(
                "With source Image: secrets of this namespace, of type kubernetes.io/dockerconfigjson, that have what its registry asks for. The agents must have been given the right to read them (chart value agent.pullSecrets).")
        @Nullable
        List<PullSecret> imagePullSecrets) {
    /** A registry, without which the container runtime would choose one; a repository; a tag, a digest or neither. */
    static final String IMAGE = "^" + Names.REPOSITORY + "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64})?$";

    /** The default. */
    public static final ToolsSpec AGENT = new ToolsSpec(Source.AGENT, null, null, null);

    /** Fills in the default. */
    public ToolsSpec(
            @Nullable Source source,
            @Nullable String container,
            @Nullable String image,
            @Nullable List<PullSecret> imagePullSecrets) {
        this.source = source == null ? Source.AGENT : source;
        this.container = container;
        this.image = image;
        this.imagePullSecrets =
                imagePullSecrets == null || imagePullSecrets.isEmpty() ? null : List.copyOf(imagePullSecrets);
    }

    /** The names of the secrets, none where none is given. */
    public List<String> pullSecretNames() {
        return imagePullSecrets == null
                ? List.of()
                : imagePullSecrets.stream().map(PullSecret::name).toList();
    }

    /** A secret of the session's namespace. */
    public record PullSecret(
            @Required @Size(min = 1, max = 253) @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
            String name) {}

    /** The root of another container. */
    public static ToolsSpec ofContainer(String name) {
        return new ToolsSpec(Source.CONTAINER, name, null, null);
    }

    /** The node's. */
    public static ToolsSpec ofHost() {
        return new ToolsSpec(Source.HOST, null, null, null);
    }

    /**
     * An image.
     *
     * @param name with its registry
     * @param pullSecrets names of secrets of the session's namespace
     */
    public static ToolsSpec ofImage(String name, List<String> pullSecrets) {
        return new ToolsSpec(
                Source.IMAGE,
                null,
                name,
                pullSecrets.stream().map(PullSecret::new).toList());
    }

    /** One that needs no secret. */
    public static ToolsSpec ofImage(String name) {
        return ofImage(name, List.of());
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
