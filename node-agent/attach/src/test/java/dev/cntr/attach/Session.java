package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.FdChannel;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.terminal.WindowSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A debug container of a test, with what it prints. */
final class Session implements AutoCloseable {
    static final WindowSize SIZE = new WindowSize(80, 24);

    private final DebugContainer container;
    private final Output out;
    private final @Nullable Output err;

    private Session(DebugContainer container) {
        this.container = container;
        this.out = new Output(container.stdout());
        FdChannel stderr = container.stderr();
        this.err = stderr == null ? null : new Output(stderr);
    }

    /** Created, not started. */
    static Session create(TestTarget target, TestTools tools, boolean terminal, String... arguments) {
        return create(target, tools, command(terminal, arguments));
    }

    static Session create(TestTarget target, TestTools tools, Command command) {
        return new Session(DebugContainer.create(target.process(), tools.mount(), command));
    }

    static Command command(boolean terminal, String... arguments) {
        return new Command(List.of(arguments), Map.of("TERM", "xterm", "PATH", "/bin"), terminal, SIZE);
    }

    static Session start(TestTarget target, TestTools tools, boolean terminal, String... arguments) {
        Session session = create(target, tools, terminal, arguments);
        session.container.start();
        return session;
    }

    /** Runs a shell script to its end and gives what it printed on both. */
    static String run(TestTarget target, TestTools tools, String script) {
        return run(target, tools, script, Elevation.NONE);
    }

    static String run(TestTarget target, TestTools tools, String script, Elevation elevation) {
        Command command = command(false, "sh", "-c", script).elevated(elevation);
        return new Session(DebugContainer.create(target.process(), tools.mount(), command)).output();
    }

    /** Runs a shell script in the target's own tree. */
    static String runInTarget(TestTarget target, String script) {
        Command command = command(false, "sh", "-c", script);
        return new Session(DebugContainer.createInTarget(target.process(), command)).output();
    }

    private String output() {
        try (this) {
            container.start();
            exit();
            return out.all() + errors();
        }
    }

    DebugContainer container() {
        return container;
    }

    Exit exit() {
        return container.exit().orTimeout(20, TimeUnit.SECONDS).join();
    }

    void type(String text) {
        try {
            Objects.requireNonNull(container.stdin()).write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (ClosedChannelException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it has printed a text. */
    void awaitOutput(String text) throws InterruptedException {
        for (int i = 0; i < 1000 && !out.soFar().contains(text); i++) {
            Thread.sleep(10);
        }
        assertThat(out.soFar()).contains(text);
    }

    /** The pid of its first process as the target sees it. */
    int innerPid() throws IOException {
        String status = Files.readString(Path.of("/proc/" + container.pid() + "/status"));
        String pids =
                status.lines().filter(l -> l.startsWith("NSpid:")).findFirst().orElseThrow();
        return Integer.parseInt(pids.substring(pids.lastIndexOf('\t') + 1));
    }

    Output out() {
        return out;
    }

    String errors() {
        return err == null ? "" : err.all();
    }

    @Override
    public void close() {
        container.close();
    }

    /** Collects what comes from a channel. */
    static final class Output {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final Thread reader;

        Output(FdChannel channel) {
            reader = Thread.ofPlatform().daemon().start(() -> {
                ByteBuffer buffer = ByteBuffer.allocate(4096);
                try {
                    while (channel.read(buffer.clear()) >= 0) {
                        synchronized (bytes) {
                            bytes.write(buffer.array(), 0, buffer.position());
                        }
                    }
                } catch (ClosedChannelException e) {
                    // the test has seen enough
                }
            });
        }

        String soFar() {
            synchronized (bytes) {
                return bytes.toString(StandardCharsets.UTF_8);
            }
        }

        String all() {
            try {
                reader.join(20_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return soFar();
        }
    }
}
