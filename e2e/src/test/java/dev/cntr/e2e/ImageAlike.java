package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An image of the layers of another one, with a label more in its configuration and so other digests: an OCI layout without layers, which the node has. */
final class ImageAlike {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ImageAlike() {}

    /** Puts it into a node's container runtime. */
    static void make(Cluster.Node node, String image, String name) {
        try {
            Path layout = Files.createTempDirectory("cntr-e2e-image");
            try {
                write(node, image, name, Files.createDirectories(layout.resolve("blobs/sha256")));
                String load = "tar -C " + layout + " -c . | docker exec -i " + node.container()
                        + " ctr -n k8s.io images import - >&2";
                Run.of(Map.of(), new byte[0], Duration.ofMinutes(1), List.of("bash", "-o", "pipefail", "-c", load))
                        .ok();
            } finally {
                remove(layout);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Cluster.Node node, String image, String name, Path blobs) throws IOException {
        String digest = node.sh("ctr -n k8s.io images ls name==" + image + " | awk 'NR == 2 {print $3}'")
                .ok()
                .out()
                .strip();
        ObjectNode manifest = content(node, digest);
        while (manifest.has("manifests")) { // an index
            manifest = content(node, manifest.at("/manifests/0/digest").asText());
        }
        ObjectNode configuration = content(node, manifest.at("/config/digest").asText());
        configuration.withObject("/config/Labels").put("dev.cntr.e2e", name);
        ((ObjectNode) manifest.get("config")).setAll(blob(blobs, configuration));
        ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2);
        ObjectNode entry = index.putArray("manifests").addObject();
        entry.put("mediaType", manifest.path("mediaType").asText("application/vnd.oci.image.manifest.v1+json"));
        entry.setAll(blob(blobs, manifest));
        entry.putObject("annotations").put("io.containerd.image.name", name);
        Path layout = blobs.resolve("../..").normalize();
        Files.writeString(layout.resolve("index.json"), index.toString());
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    }

    private static ObjectNode content(Cluster.Node node, String digest) throws IOException {
        JsonNode content = JSON.readTree(
                node.sh("ctr -n k8s.io content get " + digest).ok().stdout());
        return (ObjectNode) content;
    }

    /** Its digest and size, as a descriptor has them. */
    private static ObjectNode blob(Path blobs, ObjectNode content) throws IOException {
        byte[] bytes = content.toString().getBytes(UTF_8);
        String hash;
        try {
            hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        Files.write(blobs.resolve(hash), bytes);
        return JSON.createObjectNode().put("digest", "sha256:" + hash).put("size", bytes.length);
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
