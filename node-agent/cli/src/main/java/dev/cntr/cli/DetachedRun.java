package dev.cntr.cli;

import dev.cntr.attach.DebugContainer;
import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.detached.Background;
import dev.cntr.cli.detached.DetachedSessions;
import dev.cntr.cli.detached.Keeper;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.terminal.WindowSize;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs a debug container to its end in the background, for those who come to look at it. */
final class DetachedRun {
    /** What a terminal is taken for whose user has not come yet. */
    private static final WindowSize USUAL = new WindowSize(80, 24);

    /** How soon a command that cannot be executed says so. */
    private static final long TOLD_MILLIS = 100;

    private final Caller caller;
    private final DebugContainer container;

    /** @param container with a terminal; stays the caller's */
    DetachedRun(Caller caller, DebugContainer container) {
        this.caller = caller;
        this.container = container;
    }

    /** Starts the command and waits for its end; gives its exit code, for who has not been told by then that the session has begun. */
    int run(String id, PrintWriter err) throws IOException, InterruptedException {
        container.warnings().forEach(warning -> err.println("cntr: warning: " + warning));
        container.resize(USUAL);
        DetachedSessions sessions = DetachedSessions.of(caller.environment());
        try (Keeper keeper = new Keeper(sessions.listen(id), container)) {
            caller.onSignal(signal -> {
                if (signal != Caller.WINCH) {
                    keeper.stop();
                }
            });
            keeper.start();
            if (early() instanceof Exit.NotExecuted failed) {
                err.println("cntr: " + failed.message());
                err.flush();
                return failed.code();
            }
            err.flush();
            Background.begun(id);
            keeper.await(code -> sessions.end(id, code), sessions.kept());
        } finally {
            sessions.forget(id);
        }
        return 0;
    }

    /** How the command has ended where that was at once; null where it goes on. */
    private @Nullable Exit early() throws InterruptedException {
        try {
            return container.exit().get(TOLD_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
