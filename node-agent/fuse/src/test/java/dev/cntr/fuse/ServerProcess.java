package dev.cntr.fuse;

import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A program of its own that serves a directory, to be killed, or run with few descriptors. */
final class ServerProcess implements AutoCloseable {
    private final Process process;

    private ServerProcess(Process process) {
        this.process = process;
    }

    /** Serves a directory in another JVM, attached when this returns. */
    static ServerProcess start(Path backing, Path point, int descriptors) throws IOException {
        List<String> command = List.of(
                "prlimit",
                "--nofile=" + descriptors,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ServerProcess.class.getName(),
                backing.toString(),
                point.toString());
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (!"ready".equals(line)) {
            process.destroyForcibly();
            throw new AssertionError("the server said " + line);
        }
        return new ServerProcess(process);
    }

    /** Sends it a signal, by its name without SIG. */
    void signal(String name) throws IOException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .onExit()
                .join();
    }

    /** As by SIGKILL: nothing of it runs any more. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    /** The other JVM's program: serve, attach, and stay. */
    public static void main(String[] args) throws Exception {
        PassthroughMount mount = PassthroughMount.serve(TreeOptions.host(Path.of(args[0])));
        try (Fd clone = mount.cloneMount()) {
            Mount.of(clone).attach(args[1]);
        }
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
