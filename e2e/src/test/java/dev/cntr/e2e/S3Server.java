package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** An S3 server of this machine ({@code dev/s3}) with one bucket, whose objects are files. It listens on every address, so that pods reach it. */
final class S3Server implements AutoCloseable {
    static final String KEY = "AKIDTEST";
    static final String SECRET = "secret/of+tests";
    static final String BUCKET = "audit";

    private final Path directory;
    private final int port;
    private Process process;

    private S3Server(Path directory, int port) throws IOException {
        this.directory = directory;
        this.port = port;
        Files.createDirectories(objects());
        process = start();
    }

    /** Starts one. */
    static S3Server in(Path directory) throws IOException {
        return new S3Server(directory, freePort());
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    /** Where the bucket's objects are, by their names. */
    Path objects() {
        return buckets().resolve(BUCKET);
    }

    private Path buckets() {
        return directory.resolve("buckets");
    }

    /** Starts it again after {@link #close}, with what is there already. */
    void startAgain() throws IOException {
        process = start();
    }

    private Process start() throws IOException {
        ProcessBuilder command = new ProcessBuilder(
                Cluster.tool("CNTR_S3", System.getProperty("user.home") + "/.cache/cntr/bin/versitygw"),
                "--port",
                ":" + port,
                "posix",
                buckets().toString());
        command.environment().put("ROOT_ACCESS_KEY", KEY);
        command.environment().put("ROOT_SECRET_KEY", SECRET);
        Process started = command.redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        await().until(() -> answers() || !started.isAlive());
        assertThat(started.isAlive()).as("see " + directory + "/log").isTrue();
        return started;
    }

    private boolean answers() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
