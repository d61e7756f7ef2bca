package dev.cntr.agent;

import dev.cntr.protocol.DebugProcess;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A command that nobody attaches to: it has no input, and what it prints is read for the recording alone, or for nobody. */
final class UnattendedRun {
    /** How long what a command leaves running in the background may still print when the command itself has ended. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private UnattendedRun() {}

    /** Reads what a command prints that has just been started; its exit code, once all of it was read. */
    static CompletionStage<Integer> of(DebugProcess process, Executor executor) throws IOException {
        process.stdin().close();
        CompletableFuture<Void> printed = CompletableFuture.allOf(
                CompletableFuture.runAsync(() -> drain(process.stdout()), executor),
                CompletableFuture.runAsync(() -> drain(process.stderr()), executor));
        return process.exit()
                .thenCompose(code -> printed.orTimeout(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)
                        .handle((_, _) -> code));
    }

    private static void drain(@Nullable InputStream output) {
        if (output == null) {
            return;
        }
        byte[] buffer = new byte[16 * 1024];
        try {
            while (output.read(buffer) >= 0) {
                // whoever records has it by now
            }
        } catch (IOException _) {
            // the container was ended
        }
    }
}
