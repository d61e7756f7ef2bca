package dev.cntr.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** An image {@code tools:1.0} of the programs in a directory, as docker save writes it. */
final class SavedImage {
    private SavedImage() {}

    /**
     * Writes it.
     *
     * @param tree whose bin is taken
     * @param directory where it is written
     */
    static Path of(Path tree, Path directory) throws IOException, InterruptedException {
        Path layer = directory.resolve("layer.tar");
        RealContainer.run("tar", "-C", tree.toString(), "-cf", layer.toString(), "bin");
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        String config = """
                {"os":"linux","architecture":"%s","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}
                """.formatted(architecture, sha256(Files.readAllBytes(layer)));
        String id = sha256(config.getBytes(StandardCharsets.UTF_8));
        Files.writeString(directory.resolve(id + ".json"), config);
        Files.writeString(directory.resolve("manifest.json"), """
                [{"Config":"%s.json","RepoTags":["tools:1.0"],"Layers":["layer.tar"]}]
                """.formatted(id));
        Path saved = directory.resolve("saved.tar");
        RealContainer.run(
                "tar", "-C", directory.toString(), "-cf", saved.toString(), "manifest.json", id + ".json", "layer.tar");
        return saved;
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
