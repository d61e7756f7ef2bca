package dev.cntr.kubectl;

import dev.cntr.api.ToolsSpec;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code kubectl cntr attach} that say which tools become the root. */
final class ToolsOptions {
    private final OptionSpec source = AttachOptions.value(
            "SOURCE",
            "agent (default): the agent's image becomes the root; host: the node's own root does, without the directories of its"
                    + " secrets. A DebugPolicy must allow it.",
            "--tools");
    private final OptionSpec image = AttachOptions.value(
            "IMAGE",
            "An image becomes the root; the node pulls it where it does not have it (give more"
                    + " --timeout). A DebugPolicy must allow it.",
            "--image");
    private final OptionSpec pullSecrets = OptionSpec.builder("--image-pull-secret")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("NAME")
            .description(
                    "A secret of the pod's namespace with what the image's registry asks for; may be repeated. The agents must"
                            + " have been given the right to read it.")
            .build();
    private final OptionSpec container = AttachOptions.value(
            "CONTAINER",
            "The root of another container of the pod does, read-only and without its volumes.",
            "--tools-from");

    void addTo(CommandSpec spec) {
        spec.addOption(source).addOption(image).addOption(pullSecrets).addOption(container);
    }

    /** Those that have no meaning for a node. */
    Stream<OptionSpec> ofContainers() {
        return Stream.of(image, container);
    }

    ToolsSpec tools() {
        @Nullable String named = image.getValue();
        @Nullable String from = container.getValue();
        @Nullable String known = source.getValue();
        if (Stream.of(source, image, container)
                        .filter(option -> option.getValue() != null)
                        .count()
                > 1) {
            throw usage("--tools, --image and --tools-from are alternatives: give one of them");
        }
        @Nullable List<String> secrets = pullSecrets.getValue();
        if (secrets != null && named == null) {
            throw usage("--image-pull-secret is for --image, and there is none");
        }
        if (from != null && !from.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
            throw usage("--tools-from: '" + from + "' is not the name of a container");
        }
        if (named != null) {
            return ToolsSpec.ofImage(whole(named), secrets == null ? List.of() : secrets);
        }
        if (from != null) {
            return ToolsSpec.ofContainer(from);
        }
        return switch (known) {
            case null -> ToolsSpec.AGENT;
            case "agent" -> ToolsSpec.AGENT;
            case "host" -> ToolsSpec.ofHost();
            default -> throw usage("--tools: '" + known + "' is neither agent nor host");
        };
    }

    /** The name with its registry, as the container runtime would understand it: {@code busybox} is docker.io/library/busybox. */
    private static String whole(String image) {
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        boolean hasRegistry = first.contains(".") || first.contains(":") || first.equals("localhost");
        String registered = hasRegistry ? image : slash < 0 ? "docker.io/library/" + image : "docker.io/" + image;
        int digest = registered.indexOf('@');
        String whole = digest < 0
                ? registered
                : registered.substring(0, digest).replaceFirst(":[^:/]*$", "") + registered.substring(digest);
        if (!ToolsSpec.isImage(whole)) {
            throw usage("--image: '" + image + "' is not the name of an image, such as docker.io/library/busybox:1.36");
        }
        return whole;
    }

    private static CntrException usage(String message) {
        return new CntrException(ExitCode.USAGE, message);
    }
}
