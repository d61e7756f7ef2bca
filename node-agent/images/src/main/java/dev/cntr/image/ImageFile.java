package dev.cntr.image;

import dev.cntr.engine.StoredImage;
import dev.cntr.engine.rest.Json;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An image in a directory or a tar file, described but not unpacked.
 *
 * @param id the digest of its configuration, which names all its layers
 * @param layers from the lowest on
 * @param environment {@code NAME=value} each
 */
record ImageFile(PackedFiles files, Digest id, List<Layer> layers, List<String> environment) implements AutoCloseable {
    private static final int MOST_JSON = 8 << 20;
    private static final int MOST_LAYERS = 256;
    private static final int MOST_INDEXES = 4;

    /** Whether this machine could run an image. */
    private static final String ARCHITECTURE = switch (System.getProperty("os.arch")) {
        case "amd64", "x86_64" -> "amd64";
        case "aarch64" -> "arm64";
        case String other -> other;
    };

    /**
     * A layer.
     *
     * @param name of its file
     * @param packed the digest of its file, where the image tells it
     * @param content the digest of its tar archive
     */
    record Layer(String name, Optional<Digest> packed, Digest content) {}

    ImageFile {
        layers = List.copyOf(layers);
        environment = List.copyOf(environment);
    }

    /**
     * Reads the description of an image.
     *
     * @param tag which one, where there are several: a tag, or an annotation {@code org.opencontainers.image.ref.name}
     * @throws ImageException where there is none, several could be meant, or it is broken
     */
    static ImageFile open(Path path, Optional<String> tag) {
        if (!Files.exists(path)) {
            throw new ImageException("there is no image " + path + ": no such file or directory");
        }
        try {
            return read(PackedFiles.of(path), tag);
        } catch (IOException e) {
            throw new ImageException("cannot read the image " + path + ": " + e.getMessage(), e);
        }
    }

    /** Reads the description of an image that an engine gives in parts. */
    static ImageFile of(StoredImage.InParts image) {
        try {
            return read(new PackedFiles.Served(image), Optional.empty());
        } catch (IOException e) {
            throw new ImageException("cannot read the " + image.description() + ": " + e.getMessage(), e);
        }
    }

    /**
     * Takes an image that an engine gives as a whole.
     *
     * @param directory where it can lie meanwhile, as a file without a name
     * @param most how many bytes it may have
     */
    static ImageFile of(StoredImage.Whole image, Path directory, long most) throws IOException {
        Path file = Files.createTempFile(directory, "saved", ".tar");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            Files.delete(file);
            image.save(new Bounded(Channels.newOutputStream(channel), most));
            channel.position(0);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return read(PackedFiles.Archive.of(image.description(), channel), Optional.empty());
    }

    private static ImageFile read(PackedFiles files, Optional<String> tag) throws IOException {
        try {
            return new Reader(files, tag).image();
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** Takes no more than it may. */
    private static final class Bounded extends FilterOutputStream {
        private long left;

        Bounded(OutputStream out, long most) {
            super(out);
            left = most;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            left -= length;
            if (left < 0) {
                throw new IOException("the image is larger than an image may be");
            }
            out.write(bytes, from, length);
        }
    }

    @Override
    public void close() throws IOException {
        files.close();
    }

    /** Finds the way from the entry of the files to one image. */
    private record Reader(PackedFiles files, Optional<String> tag) {
        ImageFile image() throws IOException {
            if (files.has("index.json")) {
                return ofIndex(json("index.json"), true, 0);
            }
            if (files.has("manifest.json")) {
                return saved(json("manifest.json"));
            }
            throw broken("it has neither index.json (an OCI layout) nor manifest.json (docker save)");
        }

        private ImageFile ofIndex(Json index, boolean tagged, int depth) throws IOException {
            if (depth > MOST_INDEXES) {
                throw broken("its indexes are nested too deep");
            }
            List<Json> candidates = index.at("manifests").elements().stream()
                    .filter(m -> !tagged || tag.isEmpty() || named(m))
                    .filter(m -> fits(m.at("platform")))
                    .toList();
            if (candidates.isEmpty()) {
                throw broken("it has no image" + tag.map(t -> " " + t).orElse("") + " for linux/" + ARCHITECTURE);
            }
            if (candidates.size() > 1 && tagged) {
                throw broken("it has " + candidates.size() + " images; say which one as PATH:TAG, with one of "
                        + candidates.stream().map(Reader::tagOf).toList());
            }
            Json chosen = candidates.getFirst();
            Digest digest = digest(chosen);
            byte[] bytes = blob(digest);
            Json manifest = Json.parse(bytes);
            return manifest.at("manifests").elements().isEmpty()
                    ? ofManifest(manifest)
                    : ofIndex(manifest, false, depth + 1);
        }

        private boolean named(Json manifest) {
            String name = tagOf(manifest);
            return tag.isPresent() && (name.equals(tag.get()) || name.endsWith(":" + tag.get()));
        }

        private static String tagOf(Json manifest) {
            return manifest.at("annotations", "org.opencontainers.image.ref.name")
                    .text();
        }

        private static boolean fits(Json platform) {
            String architecture = platform.at("architecture").text();
            String os = platform.at("os").text();
            return (architecture.isEmpty() || architecture.equals(ARCHITECTURE))
                    && (os.isEmpty() || os.equals("linux"));
        }

        private ImageFile ofManifest(Json manifest) throws IOException {
            Digest id = digest(manifest.at("config"));
            List<Json> named = manifest.at("layers").elements();
            return described(
                    id,
                    blob(id),
                    (content, i) -> {
                        Digest packed = digest(named.get(i));
                        return new Layer(file(packed), Optional.of(packed), content);
                    },
                    named.size());
        }

        private ImageFile saved(Json manifest) throws IOException {
            List<Json> candidates = manifest.elements().stream()
                    .filter(m -> tag.isEmpty()
                            || m.at("RepoTags").elements().stream()
                                    .anyMatch(t -> t.text().equals(tag.get())
                                            || t.text().endsWith(":" + tag.get())))
                    .toList();
            if (candidates.size() != 1) {
                throw broken("it has " + candidates.size() + " images"
                        + tag.map(t -> " of the tag " + t).orElse("; say which one as PATH:TAG"));
            }
            Json image = candidates.getFirst();
            String config = image.at("Config").text();
            byte[] bytes = files.read(config, MOST_JSON);
            String hex = config.replaceAll(".*/", "").replace(".json", "");
            Digest id = new Digest("sha256:" + hex);
            id.check(bytes, files.title() + ": its configuration");
            List<Json> named = image.at("Layers").elements();
            return described(
                    id, bytes, (content, i) -> new Layer(named.get(i).text(), Optional.empty(), content), named.size());
        }

        interface Naming {
            Layer layer(Digest content, int index);
        }

        private ImageFile described(Digest id, byte[] config, Naming naming, int count) throws IOException {
            Json json = Json.parse(config);
            if (!fits(json)) {
                throw broken("it is for " + json.at("os").text() + "/"
                        + json.at("architecture").text() + ", this machine is linux/" + ARCHITECTURE);
            }
            List<Json> contents = json.at("rootfs", "diff_ids").elements();
            if (contents.size() != count || count > MOST_LAYERS) {
                throw broken("it names " + count + " layers and describes " + contents.size()
                        + "; cntr takes as many as described, and at most " + MOST_LAYERS);
            }
            List<Layer> layers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                layers.add(naming.layer(new Digest(contents.get(i).text()), i));
            }
            List<String> environment =
                    json.at("config", "Env").elements().stream().map(Json::text).toList();
            return new ImageFile(files, id, layers, environment);
        }

        private static Digest digest(Json descriptor) {
            return new Digest(descriptor.at("digest").text());
        }

        private static String file(Digest digest) {
            return "blobs/sha256/" + digest.hex();
        }

        private byte[] blob(Digest digest) throws IOException {
            byte[] bytes = files.read(file(digest), MOST_JSON);
            digest.check(bytes, files.title() + ": " + file(digest));
            return bytes;
        }

        private Json json(String name) throws IOException {
            return Json.parse(files.read(name, MOST_JSON));
        }

        private ImageException broken(String why) {
            return new ImageException(files.title() + " is no image that can be used: " + why);
        }
    }
}
