package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The program {@code cntr} in a JVM of its own, a process of the machine as its target, and busybox as its tools. */
final class Standalone implements AutoCloseable {
    private final Path tools;
    private final Process target;

    record Ran(int code, byte[] out, String err) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }
    }

    private Standalone(Path tools, Process target) {
        this.tools = tools;
        this.target = target;
    }

    static Standalone start(Path tools) throws IOException {
        Path busybox = Path.of("/usr/bin/busybox");
        assumeThat(busybox).as("busybox-static is installed").isExecutable();
        for (String name : List.of("bin", "dev", "proc", "tmp")) {
            Files.createDirectories(tools.resolve(name));
        }
        Files.copy(busybox, tools.resolve("bin/busybox"));
        for (String name :
                List.of("sh", "cat", "dd", "head", "od", "seq", "sha256sum", "sleep", "stty", "tty", "true")) {
            Files.createSymbolicLink(tools.resolve("bin").resolve(name), Path.of("busybox"));
        }
        Files.writeString(
                Files.createDirectories(tools.resolve("etc")).resolve("profile"), "export PATH=/bin:/of-the-profile\n");
        return new Standalone(tools, new ProcessBuilder("unshare", "-u", "sleep", "1000").start());
    }

    Process target() {
        return target;
    }

    /** The command line of an attach. */
    List<String> attach(List<String> options, String... command) {
        List<String> words = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "attach",
                "--tools",
                tools.toString()));
        words.addAll(options);
        words.addAll(List.of(Long.toString(target.pid()), "--"));
        words.addAll(Arrays.asList(command));
        return words;
    }

    static ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PATH", "/usr/bin:/bin");
        return builder;
    }

    /** Runs one to its end with this as its input, which ends then. */
    static Ran run(byte[] input, List<String> command) throws Exception {
        Process process = builder(command).start();
        CompletableFuture<byte[]> out = CompletableFuture.supplyAsync(() -> all(process.getInputStream()));
        CompletableFuture<byte[]> err = CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
        try (var stdin = process.getOutputStream()) {
            stdin.write(input);
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), out.get(), new String(err.get(), StandardCharsets.UTF_8));
    }

    private static byte[] all(InputStream stream) {
        try {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        target.destroyForcibly().waitFor();
    }
}
