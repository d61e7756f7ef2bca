package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One run of a program: what it printed and how it ended.
 *
 * @param command what was run, for messages
 */
record Run(List<String> command, int exit, byte[] stdout, String err) {

    String out() {
        return new String(stdout, UTF_8);
    }

    /** This run, which must have ended with 0. */
    Run ok() {
        if (exit != 0) {
            throw new AssertionError(this + " should have succeeded");
        }
        return this;
    }

    @Override
    public String toString() {
        return "%s: exit %d%nstdout: %s%nstderr: %s".formatted(String.join(" ", command), exit, out(), err);
    }

    /** Runs a program with that standard input and waits for its end. */
    static Run of(Map<String, String> environment, byte[] stdin, Duration limit, List<String> command) {
        try {
            Process process = start(environment, command);
            CompletableFuture<byte[]> out =
                    CompletableFuture.supplyAsync(() -> all(process.getInputStream()), Thread::startVirtualThread);
            CompletableFuture<byte[]> err =
                    CompletableFuture.supplyAsync(() -> all(process.getErrorStream()), Thread::startVirtualThread);
            CompletableFuture<Void> in = CompletableFuture.runAsync(
                    () -> feed(process.getOutputStream(), stdin), Thread::startVirtualThread);
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(String.join(" ", command) + " did not end within " + limit + "; it printed: "
                        + new String(out.join(), UTF_8) + new String(err.join(), UTF_8));
            }
            in.join();
            return new Run(command, process.exitValue(), out.join(), new String(err.join(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    static Process start(Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static byte[] all(java.io.InputStream in) {
        try (in) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void feed(OutputStream to, byte[] bytes) {
        try (to) {
            to.write(bytes);
        } catch (IOException _) {
            // a program need not read its input
        }
    }
}
