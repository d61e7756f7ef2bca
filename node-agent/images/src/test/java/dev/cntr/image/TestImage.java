package dev.cntr.image;

import io.airlift.compress.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Writes images in the forms that tools write them. */
final class TestImage {
    private final List<byte[]> layers = new ArrayList<>();
    private final Map<String, byte[]> blobs = new LinkedHashMap<>();

    private final String architecture;

    /** For this machine. */
    TestImage() {
        this(System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64");
    }

    TestImage(String architecture) {
        this.architecture = architecture;
    }

    TestImage layer(Layer layer) {
        layers.add(layer.archive());
        return this;
    }

    /** The parts of an OCI layout, its layers packed by gzip and zstd in turn. */
    Map<String, byte[]> layout(String tag) throws IOException {
        List<String> descriptors = new ArrayList<>();
        for (byte[] layer : layers) {
            descriptors.add(blob(descriptors.size() % 2 == 0 ? gzip(layer) : zstd(layer)));
        }
        String config = blob(config());
        String manifest = blob(utf8("{\"schemaVersion\":2,\"config\":" + config + ",\"layers\":" + descriptors + "}"));
        String tagged =
                manifest.replace("}", ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" + tag + "\"}}");
        Map<String, byte[]> files = new LinkedHashMap<>(blobs);
        files.put("oci-layout", utf8("{\"imageLayoutVersion\":\"1.0.0\"}"));
        files.put("index.json", utf8("{\"schemaVersion\":2,\"manifests\":[" + tagged + "]}"));
        return files;
    }

    /** What docker save writes, a layer as it is. */
    Map<String, byte[]> saved(String tag) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (byte[] layer : layers) {
            String name = digest(layer) + "/layer.tar";
            names.add("\"" + name + "\"");
            files.put(name, layer);
        }
        byte[] config = config();
        files.put(digest(config) + ".json", config);
        files.put(
                "manifest.json",
                utf8("[{\"Config\":\"" + digest(config) + ".json\",\"RepoTags\":[\"" + tag + "\"],\"Layers\":" + names
                        + "}]"));
        return files;
    }

    byte[] config() {
        List<String> contents =
                layers.stream().map(l -> "\"sha256:" + digest(l) + "\"").toList();
        return utf8("{\"architecture\":\"" + architecture
                + "\",\"os\":\"linux\",\"config\":{\"Env\":[\"PATH=/tools/bin\"]},"
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":" + contents + "}}");
    }

    private String blob(byte[] content) {
        blobs.put("blobs/sha256/" + digest(content), content);
        return "{\"digest\":\"sha256:" + digest(content) + "\",\"size\":" + content.length + "}";
    }

    static Path directory(Path at, Map<String, byte[]> files) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Files.createDirectories(at.resolve(file.getKey()).getParent());
            Files.write(at.resolve(file.getKey()), file.getValue());
        }
        return at;
    }

    static Path tar(Path at, Map<String, byte[]> files) throws IOException {
        Layer archive = new Layer();
        files.forEach((name, content) -> archive.file(name, 0644, 0, 0, content));
        return Files.write(at, archive.archive());
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        }
        return packed.toByteArray();
    }

    static byte[] zstd(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(packed)) {
            zstd.write(content);
        }
        return packed.toByteArray();
    }

    static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
