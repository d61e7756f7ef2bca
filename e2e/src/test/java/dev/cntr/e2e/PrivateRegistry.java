package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * A registry of one image of one layer, for those who have its password: as much of the distribution specification 1.1 as pulling takes. It listens on
 * every address of this machine, so that nodes reach it.
 */
final class PrivateRegistry implements AutoCloseable {
    private static final String OCI = "application/vnd.oci.image.";

    private final HttpServer server;
    private final String authorization;
    private final Map<String, byte[]> blobs = new HashMap<>();
    private final String manifest;

    private PrivateRegistry(HttpServer server, String user, String password, byte[] layer) {
        this.server = server;
        authorization = "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
        String config =
                "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Env\":[\"PATH=/bin\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}"
                        .formatted(digest(layer));
        manifest = "{\"schemaVersion\":2,\"mediaType\":\"%smanifest.v1+json\",\"config\":%s,\"layers\":[%s]}"
                .formatted(OCI, described("config.v1+json", config.getBytes(UTF_8)), described("layer.v1.tar", layer));
        described("manifest.v1+json", manifest.getBytes(UTF_8));
    }

    /**
     * Starts one.
     *
     * @param tree becomes the image
     */
    static PrivateRegistry start(String user, String password, Path tree) throws IOException, InterruptedException {
        Path tar = Files.createTempFile("layer", ".tar");
        try {
            Process packing = new ProcessBuilder(
                            "tar", "--owner=0", "--group=0", "-C", tree.toString(), "-cf", tar.toString(), ".")
                    .inheritIO()
                    .start();
            if (packing.waitFor() != 0) {
                throw new IOException("tar failed");
            }
            HttpServer server = HttpServer.create(new InetSocketAddress(0), 0);
            PrivateRegistry registry = new PrivateRegistry(server, user, password, Files.readAllBytes(tar));
            server.createContext("/", registry::answer);
            server.start();
            return registry;
        } finally {
            Files.delete(tar);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private String described(String type, byte[] blob) {
        blobs.put(digest(blob), blob);
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(OCI + type, digest(blob), blob.length);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String name = path.substring(path.lastIndexOf('/') + 1);
            boolean isManifest = path.contains("/manifests/");
            byte[] body = isManifest && !name.startsWith("sha256:") ? manifest.getBytes(UTF_8) : blobs.get(name);
            if (!authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"tests\"");
                exchange.sendResponseHeaders(401, -1);
            } else if (path.equals("/v2/")) {
                exchange.sendResponseHeaders(200, -1);
            } else if (body == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                exchange.getResponseHeaders()
                        .set("Content-Type", isManifest ? OCI + "manifest.v1+json" : "application/octet-stream");
                exchange.getResponseHeaders().set("Docker-Content-Digest", digest(body));
                if (exchange.getRequestMethod().equals("HEAD")) {
                    exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
                    exchange.sendResponseHeaders(200, -1);
                } else {
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                }
            }
        }
    }

    private static String digest(byte[] blob) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(blob));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
