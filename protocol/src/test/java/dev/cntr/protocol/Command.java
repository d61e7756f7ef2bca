package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A command that is a Java method, with kernel pipes for its standard streams. */
final class Command implements DebugProcess, AutoCloseable {
    /** What the command does with its streams; its result is the exit code. */
    @FunctionalInterface
    interface Body {
        int run(InputStream stdin, OutputStream stdout, OutputStream stderr) throws Exception;
    }

    /** What arrived besides bytes: {@link WindowSize}s and signal numbers. */
    final BlockingQueue<Object> controls = new LinkedBlockingQueue<>();

    private final Pipe stdin = Pipe.open();
    private final Pipe stdout = Pipe.open();
    private final Pipe stderr = Pipe.open();
    private final OutputStream in = Channels.newOutputStream(stdin.sink());
    private final InputStream out = Channels.newInputStream(stdout.source());
    private final InputStream err = Channels.newInputStream(stderr.source());
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    Command(Body body) throws IOException {
        this(body, true);
    }

    /** @param closesOutput false for a command that leaves its output open in the hands of another process */
    Command(Body body, boolean closesOutput) throws IOException {
        Thread.ofPlatform().daemon().name("command").start(() -> {
            int code = 99;
            try {
                code = body.run(
                        Channels.newInputStream(stdin.source()),
                        Channels.newOutputStream(stdout.sink()),
                        Channels.newOutputStream(stderr.sink()));
            } catch (Exception _) {
                // its exit code says so
            }
            try {
                stdin.source().close();
                if (closesOutput) {
                    stdout.sink().close();
                    stderr.sink().close();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            exit.complete(code);
        });
    }

    @Override
    public OutputStream stdin() {
        return in;
    }

    @Override
    public InputStream stdout() {
        return out;
    }

    @Override
    public @Nullable InputStream stderr() {
        return err;
    }

    @Override
    public void resize(WindowSize size) {
        controls.add(size);
    }

    @Override
    public void signal(int number) {
        controls.add(number);
    }

    @Override
    public CompletionStage<Integer> exit() {
        return exit;
    }

    @Override
    public void close() throws IOException {
        for (Pipe pipe : new Pipe[] {stdin, stdout, stderr}) {
            pipe.sink().close();
            pipe.source().close();
        }
    }
}
