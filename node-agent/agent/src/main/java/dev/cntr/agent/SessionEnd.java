package dev.cntr.agent;

import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.api.StatusChange;
import dev.cntr.attach.DebugContainer;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.protocol.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How a session ended, for its status and its client.
 *
 * @param exitCode of its command, where that ended by itself
 * @param kept what there is of its recording
 */
record SessionEnd(Reason why, String message, Optional<Integer> exitCode, SessionRecording.Kept kept) {
    /** How long a command may take to end by itself when its client is lost. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    /** How long the output of a command whose target has ended may still flow. */
    static final Duration LAST_WORDS = Duration.ofMillis(200);

    private static final int SIGHUP = 1;
    private static final int KILLED = 128 + 9;

    /** The last status; where somebody else has written that the session is over, its recording is added. */
    DebugSessionStatus in(DebugSessionStatus status, Instant now) {
        if (status.finished() && !kept.asked()) {
            return status;
        }
        StatusChange change = status.change();
        kept.into(change, now);
        if (!status.finished()) {
            exitCode.ifPresent(change::exitCode);
            switch (why) {
                case RECORDING_FAILED -> change.stalled(why, message, now);
                default -> change.completed(why, message, now);
            }
        }
        return change.done();
    }

    /** As a lost line would: the command may end by itself before it is killed. */
    static void hangUp(DebugContainer container) {
        container.signal(SIGHUP);
        try {
            container.exit().get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            // it is killed next
        }
    }

    /**
     * A command's exit code, which is never known where the command ended with its target: the client is then told of
     * that. A pid namespace kills its processes before the first of them is seen to end.
     */
    static CompletableFuture<Integer> exitCode(DebugContainer container, PinnedProcess target, Executor executor) {
        return container
                .exit()
                .thenComposeAsync(
                        exit -> exit.code() == KILLED && target.awaitExit(LAST_WORDS)
                                ? new CompletableFuture<Integer>()
                                : CompletableFuture.completedFuture(exit.code()),
                        executor);
    }

    /** What a command's end means, in words. */
    static String exited(int code, DebugContainer container) {
        long killed = container.killedForMemory();
        return "the command ended with exit code " + code
                + (killed == 0
                        ? ""
                        : "; %d of the session's processes needed more memory than spec.resources.limits.memory, and were killed"
                                .formatted(killed));
    }

    /** How a client is told. */
    static ErrorCode code(Reason reason) {
        return switch (reason) {
            case EXPIRED, IDLE_TIMEOUT -> ErrorCode.EXPIRED;
            case DELETED -> ErrorCode.DELETED;
            case TARGET_GONE, POD_REPLACED -> ErrorCode.TARGET_GONE;
            case POLICY_DENIED, APPROVAL_DENIED -> ErrorCode.POLICY_DENIED;
            case EXITED -> ErrorCode.COMPLETED;
            case AGENT_LOST -> ErrorCode.AGENT_STOPPING;
            default -> ErrorCode.INTERNAL;
        };
    }
}
