package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cntr.cli.server.ClientProgram;
import dev.cntr.linux.Architecture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The program {@code cntr} in a JVM of its own, a process of the machine as its target, and busybox as its tools. */
final class Standalone implements AutoCloseable {
    private static final String JAVA = ProcessHandle.current().info().command().orElseThrow();
    private static final List<String> MAIN = List.of(
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-Dpicocli.converters.excludes=java.+", // as its launcher has it
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName());
    /** The program, in a JVM of its own. */
    static final List<String> MAIN_COMMAND =
            Stream.concat(Stream.of(JAVA), MAIN.stream()).toList();

    private final Path tools;
    private final Process target;
    private final List<String> java;
    private final Optional<Process> server;

    record Ran(int code, byte[] out, String err) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }
    }

    private Standalone(Path tools, Process target, List<String> java, Optional<Process> server) {
        this.tools = tools;
        this.target = target;
        this.java = java;
        this.server = server;
    }

    static Standalone start(Path tools) throws IOException {
        Path busybox = Path.of("/usr/bin/busybox");
        assumeThat(busybox).as("busybox-static is installed").isExecutable();
        for (String name : List.of("bin", "dev", "proc", "tmp")) {
            Files.createDirectories(tools.resolve(name));
        }
        Files.copy(busybox, tools.resolve("bin/busybox"));
        for (String name :
                List.of("sh", "cat", "dd", "head", "od", "seq", "sha256sum", "sleep", "stty", "tty", "true", "vi")) {
            Files.createSymbolicLink(tools.resolve("bin").resolve(name), Path.of("busybox"));
        }
        Files.writeString(
                Files.createDirectories(tools.resolve("etc")).resolve("profile"), "export PATH=/bin:/of-the-profile\n");
        return new Standalone(
                tools, new ProcessBuilder("unshare", "-u", "sleep", "1000").start(), List.of(JAVA), Optional.empty());
    }

    /** The same, by a resident {@code cntr serve}, without which nothing could be run. */
    static Standalone served(Path tools) throws IOException {
        Standalone alone = start(tools);
        Path socket = tools.resolveSibling("cntr.sock");
        Process server = serve(socket);
        return new Standalone(
                tools, alone.target, List.of(client(socket).toString(), "/no/java/without/it"), Optional.of(server));
    }

    /** Starts {@code cntr serve}, and returns when it serves. */
    static Process serve(Path socket) throws IOException {
        List<String> command = new ArrayList<>(MAIN_COMMAND);
        command.addAll(List.of("serve", "--socket", socket.toString()));
        Process server = builder(command).start();
        assertThat(server.errorReader(StandardCharsets.UTF_8).readLine()).isEqualTo("cntr: serves on " + socket);
        return server;
    }

    /** The program that asks a server. */
    static Path client(Path socket) throws IOException {
        Path client = socket.resolveSibling("client");
        Files.write(
                client,
                ClientProgram.assemble(Architecture.current(), socket.toString())
                        .elf());
        return Files.setPosixFilePermissions(client, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    Process server() {
        return server.orElseThrow();
    }

    Process target() {
        return target;
    }

    /** The command line of an attach. */
    List<String> attach(List<String> options, String... command) {
        List<String> words = new ArrayList<>(java);
        words.addAll(MAIN);
        words.addAll(List.of("attach", "--tools", tools.toString()));
        words.addAll(options);
        words.addAll(List.of(Long.toString(target.pid()), "--"));
        words.addAll(Arrays.asList(command));
        return words;
    }

    /** A process for which no signal is ignored from the start, as it would be where nohup started the tests. */
    static ProcessBuilder builder(List<String> command) {
        List<String> words = new ArrayList<>(List.of("env", "--default-signal=HUP,INT,QUIT,TERM"));
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
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

    /** What acts as a person at a real terminal would: {@code python3 SCRIPT CASE COMMAND...}. */
    static Path terminalScript(Path directory) throws IOException {
        assumeThat(Path.of("/usr/lib/python3/dist-packages/pexpect"))
                .as("python3-pexpect is installed")
                .isDirectory();
        Path script = directory.resolve("terminal.py");
        try (InputStream in = Objects.requireNonNull(Standalone.class.getResourceAsStream("terminal.py"))) {
            Files.copy(in, script);
        }
        return script;
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
        if (server.isPresent()) {
            server.get().destroy();
            assertThat(server.get().waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
