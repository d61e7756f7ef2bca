package dev.cntr.cli;

import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.fuse.session.FuseException;
import dev.cntr.image.ImageCache;
import dev.cntr.linux.mount.WritableLayer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            "FILE[:TAG]",
            "An image becomes the root: an OCI layout, a tar of one, or what docker save writes.",
            "--image");
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

    /** @param spec the command that has them */
    ToolsOptions(CommandSpec spec) {
        this.spec = spec;
    }

    void addTo(CommandSpec to) {
        to.addOption(directory).addOption(image).addOption(provider);
        to.addOption(layer).addOption(hidden);
    }

    TreeProvider provider() {
        return provider.getValue();
    }

    ToolsSource.Wishes wishes() {
        @Nullable WritableLayer writable = layer.getValue();
        return new ToolsSource.Wishes(Optional.ofNullable(writable), Options.values(hidden));
    }

    /** The tools that are meant. */
    ToolsSource source(Map<String, String> environment) {
        @Nullable String tree = directory.getValue();
        @Nullable String archive = image.getValue();
        if (tree != null && archive != null) {
            throw new ParameterException(spec.commandLine(), "--tools and --image are alternatives: give one of them");
        }
        return archive == null
                ? new ToolsSource.Directory(Path.of(tree == null ? "/" : tree))
                : image(archive, environment.get(CACHE));
    }

    private static ToolsSource.Image image(String reference, @Nullable String cache) {
        Path directory = cache == null ? ToolsSource.Image.CACHE : Path.of(cache);
        ImageCache images = ToolsSource.Image.cache(directory);
        // the tag can have a colon as well
        for (int colon = reference.length(); colon > 0; colon = reference.lastIndexOf(':', colon - 1)) {
            Path file = Path.of(reference.substring(0, colon));
            if (Files.exists(file)) {
                String tag = reference.substring(Math.min(colon + 1, reference.length()));
                return new ToolsSource.Image(images, file, Optional.of(tag).filter(t -> !t.isEmpty()));
            }
        }
        return new ToolsSource.Image(images, Path.of(reference), Optional.empty());
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
