package dev.cntr.cli;

import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.cli.caller.Caller;
import dev.cntr.engine.EngineType;
import dev.cntr.engine.StoredImage;
import dev.cntr.engine.local.LocalImages;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.fuse.passthrough.Owner;
import dev.cntr.fuse.session.FuseException;
import dev.cntr.image.ImageCache;
import dev.cntr.linux.mount.WritableLayer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The options that say which tools become the root, and how. */
final class ToolsOptions {
    /** A variable that names another directory for unpacked images. */
    private static final String CACHE = "CNTR_IMAGE_CACHE";

    private final CommandSpec spec;
    private final OptionSpec directory =
            Options.value("DIRECTORY", "A directory of this machine becomes the root (default: /).", "--tools");
    private final OptionSpec image = Options.value(
            "IMAGE",
            "An image becomes the root, unpacked once: a file FILE[:TAG] (an OCI layout, a tar of one, or what docker save"
                    + " writes), or NAME of an engine of this machine, which docker:, podman: or containerd: before it can"
                    + " tell. Nothing is pulled.",
            "--image");
    private final OptionSpec container = Options.value(
            "NAME",
            "The root of another container becomes the root, read-only and without its volumes.",
            "--tools-from");
    private final OptionSpec provider = Options.builder(
                    "HOW", "How it does: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).", "--fs", "--filesystem")
            .type(TreeProvider.class)
            .defaultValue("auto")
            .converters(new ProviderConverter())
            .completionCandidates(() -> TreeProvider.names().iterator()) // which looks for others: only for who asks
            .build();

    private final OptionSpec layer = Options.builder(
                    "MIB",
                    "What is written to the tools, packages that are installed too, goes into so much memory and is"
                            + " forgotten with the session; they themselves stay as they are (without a number:"
                            + " ${FALLBACK-VALUE}).",
                    "--writable-tools")
            .type(WritableLayer.class)
            .arity("0..1")
            .fallbackValue("512")
            .converters(new LayerConverter())
            .build();
    private final OptionSpec hidden = Options.builder(
                    "PATH", "A path of the tools that is not there in the session; may be repeated.", "--hide")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .build();

    private final OptionSpec exclusive = Options.flag(
            "Nobody else changes the tools meanwhile: where the kernel does not pass their data through, it may hold back"
                    + " what is written. A change from outside would be lost.",
            "--exclusive-tools");
    private final OptionSpec owner = Options.builder(
                    "USER",
                    "Files that are made in the tools belong to this user of the machine (a name, UID, or UID:GID), whoever"
                            + " makes them; for --tools, by fuse.",
                    "--effective-user")
            .type(Owner.class)
            .converters(Options.parser(EffectiveUser::parse))
            .build();

    private final OptionSpec seLinuxContext = Options.value(
            "CONTEXT",
            "What SELinux takes the tools' files for, such as system_u:object_r:container_file_t:s0; by fuse.",
            "--tools-context");

    /** @param spec the command that has them */
    ToolsOptions(CommandSpec spec) {
        this.spec = spec;
    }

    void addTo(CommandSpec to) {
        to.addOption(directory).addOption(image).addOption(container).addOption(provider);
        to.addOption(layer)
                .addOption(hidden)
                .addOption(exclusive)
                .addOption(owner)
                .addOption(seLinuxContext);
    }

    TreeProvider provider() {
        return provider.getValue();
    }

    /** Who would serve them, in words. */
    String providerInWords() {
        TreeProvider asked = provider();
        TreeProvider expected = asked.expected();
        return (expected == asked ? "" : asked.name() + ", which is ")
                + expected.name()
                + expected.obstacle()
                        .map(obstacle -> ", which does not work here: " + obstacle)
                        .orElse("")
                + (owner.getValue() == null ? "" : "; what is made in them belongs to " + owner.getValue());
    }

    ToolsSource.Wishes wishes() {
        @Nullable WritableLayer writable = layer.getValue();
        @Nullable Owner other = owner.getValue();
        return new ToolsSource.Wishes(
                Optional.ofNullable(writable),
                Options.values(hidden),
                Options.isSet(exclusive),
                Optional.ofNullable(other),
                Optional.ofNullable(seLinuxContext.getValue()));
    }

    /** The tools that are meant, and what is held for them. */
    record Meant(ToolsSource source, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    /**
     * Finds the tools that are meant.
     *
     * @param types where another container is looked for
     * @param caller whose files and images are meant
     */
    Meant find(Targets targets, List<EngineType> types, Caller caller) {
        @Nullable String tree = directory.getValue();
        @Nullable String packed = image.getValue();
        @Nullable String other = container.getValue();
        if (Stream.of(directory, image, container)
                        .filter(option -> option.getValue() != null)
                        .count()
                > 1) {
            throw new ParameterException(
                    spec.commandLine(), "--tools, --image and --tools-from are alternatives: give one of them");
        }
        if (owner.getValue() != null
                && Stream.of(image, container, layer).anyMatch(option -> option.getValue() != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--effective-user is for files that stay: with --image, --tools-from and --writable-tools none do");
        }
        if (other != null) {
            Targets.Found found = targets.find(types, other);
            return new Meant(new ToolsSource.Container(found.process(), other), found::close);
        }
        if (packed != null) {
            return image(packed, caller);
        }
        return new Meant(new ToolsSource.Directory(caller.file(tree == null ? "/" : tree)), () -> {});
    }

    /** The images that are unpacked. */
    static ImageCache cache(Caller caller) {
        String named = caller.environment().get(CACHE);
        return ToolsSource.Image.cache(named == null ? ToolsSource.Image.CACHE : caller.file(named));
    }

    private static Meant image(String reference, Caller caller) {
        ImageCache cache = cache(caller);
        // the tag can have a colon as well
        for (int colon = reference.length(); colon > 0; colon = reference.lastIndexOf(':', colon - 1)) {
            Path file = caller.file(reference.substring(0, colon));
            if (Files.exists(file)) {
                String tag = reference.substring(Math.min(colon + 1, reference.length()));
                return new Meant(file(cache, file, Optional.of(tag).filter(t -> !t.isEmpty())), () -> {});
            }
        }
        if (reference.startsWith("/") || reference.startsWith(".")) { // no engine's
            return new Meant(file(cache, caller.file(reference), Optional.empty()), () -> {});
        }
        StoredImage stored = LocalImages.find(reference, caller.environment());
        return new Meant(new ToolsSource.Image(cache, new ToolsSource.Image.From.Engine(stored)), stored::close);
    }

    private static ToolsSource.Image file(ImageCache cache, Path file, Optional<String> tag) {
        return new ToolsSource.Image(cache, new ToolsSource.Image.From.File(file, tag));
    }

    static final class LayerConverter implements ITypeConverter<WritableLayer> {
        @Override
        public WritableLayer convert(String mib) {
            return new WritableLayer(Math.multiplyExact(Long.parseLong(mib), 1L << 20));
        }
    }

    static final class ProviderConverter implements ITypeConverter<TreeProvider> {
        @Override
        public TreeProvider convert(String name) {
            try {
                return TreeProvider.named(name);
            } catch (FuseException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
