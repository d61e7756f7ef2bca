package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A served command's input and output, carried between its process and what is kept of them for the client of the moment and the next. */
final class CommandStreams {
    /** How long an ended command's output may stay open and silent, in the hands of a process that it left behind. */
    static final Duration DRAIN_TIME = Duration.ofSeconds(2);

    /** How much of what was shown before is shown to a client that comes later, in bytes. */
    static final int SCROLLBACK = 64 * 1024;

    final Intake stdin;
    final Outlet stdout;
    final Outlet stderr;
    final Receipts receipts;

    private final DebugProcess process;
    private final CompletableFuture<Void> output = new CompletableFuture<>();
    private volatile boolean inputEnded;

    /** @param window how many bytes of each may be on their way */
    CommandStreams(DebugProcess process, int window) {
        this.process = process;
        this.receipts = new Receipts(window);
        this.stdin = new Intake(window);
        this.stdout = new Outlet(StreamId.STDOUT, window, SCROLLBACK);
        this.stderr = new Outlet(StreamId.STDERR, window, SCROLLBACK);
    }

    /**
     * Begins to carry, in threads of its own.
     *
     * @param failed told why the command's output cannot be read
     */
    void start(Consumer<String> failed) {
        Thread.ofPlatform().daemon().name("cntr-stdin").start(this::feed);
        CompletableFuture<Void> out = send(process.stdout(), stdout, StreamId.STDOUT, failed);
        InputStream errors = process.stderr();
        CompletableFuture<Void> err = errors == null
                ? CompletableFuture.completedFuture(null)
                : send(errors, stderr, StreamId.STDERR, failed);
        CompletableFuture.allOf(out, err).thenAccept(output::complete);
    }

    private void feed() {
        OutputStream to = process.stdin();
        try {
            stdin.writeTo(to, offset -> receipts.written(StreamId.STDIN, offset));
            if (inputEnded) {
                to.close();
            }
        } catch (Intake.SinkException e) {
            // The command does not read its input: as with a pipe to a local command, the rest is lost on it.
            stdin.discard(e.taken(), offset -> receipts.written(StreamId.STDIN, offset));
        } catch (IOException _) {
            // Closing an input that nobody reads.
        }
    }

    /** Completes when all of the output was sent and acknowledged, or none will be any more. */
    private static CompletableFuture<Void> send(InputStream from, Outlet to, StreamId stream, Consumer<String> failed) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("cntr-" + stream).start(() -> {
            try {
                if (to.pump(from)) {
                    to.awaitAcknowledged();
                }
            } catch (IOException e) {
                failed.accept(e.getMessage());
            } finally {
                done.complete(null);
            }
        });
        return done;
    }

    /** No more input comes. */
    void endInput() {
        inputEnded = true;
        stdin.finish();
    }

    /** Whether a client has closed the input. */
    boolean inputEnded() {
        return inputEnded;
    }

    /** Output that no client takes makes room for more, until there is one. */
    void discard() {
        stdout.discard();
        stderr.discard();
    }

    /** Carries nothing any more. */
    void close() {
        stdin.abort();
        stdout.close();
        stderr.close();
    }

    /** Waits for the rest of an ended command's output; false when all is over meanwhile. */
    boolean drained(CompletableFuture<?> over) throws InterruptedException {
        long seen = -1;
        while (true) {
            try {
                CompletableFuture.anyOf(over, output).get(DRAIN_TIME.toMillis(), TimeUnit.MILLISECONDS);
                return !over.isDone();
            } catch (TimeoutException _) {
                long sent = stdout.sent() + stderr.sent();
                if (sent == seen && stdout.unacknowledged() + stderr.unacknowledged() == 0) {
                    return true;
                }
                seen = sent;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
