package dev.cntr.cli;

import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.fuse.session.FuseException;
import dev.cntr.image.ImageCache;
import dev.cntr.linux.mount.WritableLayer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options that say which tools become the root, and how. */
final class ToolsOptions {
    /** A variable that names another directory for unpacked images. */
    private static final String CACHE = "CNTR_IMAGE_CACHE";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--tools",
            paramLabel = "DIRECTORY",
            description = "A directory of this machine becomes the root (default: /).")
    private @Nullable Path directory;

    @Option(
            names = "--image",
            paramLabel = "FILE[:TAG]",
            description = "An image becomes the root: an OCI layout, a tar of one, or what docker save writes.")
    private @Nullable String image;

    @Option(
            names = {"--fs", "--filesystem"},
            defaultValue = "auto",
            paramLabel = "HOW",
            converter = ProviderConverter.class,
            completionCandidates = ProviderNames.class,
            description = "How it does: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private TreeProvider provider;

    @Option(
            names = "--writable-tools",
            paramLabel = "MIB",
            arity = "0..1",
            fallbackValue = "512",
            converter = LayerConverter.class,
            description =
                    "What is written to the tools, packages that are installed too, goes into so much memory and is"
                            + " forgotten with the session; they themselves stay as they are (without a number: ${FALLBACK-VALUE}).")
    private @Nullable WritableLayer layer;

    @Option(
            names = "--hide",
            paramLabel = "PATH",
            description = "A path of the tools that is not there in the session; may be repeated.")
    private List<String> hidden = List.of();

    TreeProvider provider() {
        return provider;
    }

    ToolsSource.Wishes wishes() {
        return new ToolsSource.Wishes(Optional.ofNullable(layer), hidden);
    }

    /** The tools that are meant. */
    ToolsSource source(Map<String, String> environment) {
        if (Stream.of(directory, image).filter(option -> option != null).count() > 1) {
            throw new ParameterException(spec.commandLine(), "--tools and --image are alternatives: give one of them");
        }
        return image == null
                ? new ToolsSource.Directory(directory == null ? Path.of("/") : directory)
                : image(image, environment.get(CACHE));
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

    static final class ProviderNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return TreeProvider.names().iterator();
        }
    }
}
