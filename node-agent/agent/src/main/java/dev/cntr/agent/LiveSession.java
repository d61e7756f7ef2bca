package dev.cntr.agent;

import dev.cntr.agent.recording.RecordingException;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.attach.DebugContainer;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.program.Exit;
import dev.cntr.protocol.DebugProcess;
import dev.cntr.protocol.ErrorCode;
import dev.cntr.protocol.Outcome;
import dev.cntr.protocol.RelayRequest;
import dev.cntr.protocol.ServedCommand;
import dev.cntr.protocol.ServerStream;
import dev.cntr.protocol.WindowSize;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session that this agent keeps: its debug container from its creation to its end, its clients, one at a time, and the status it
 * tells of. It ends once, by {@link #end}: because its command ended, its client went away, its time is over, its target
 * ended, its resource was deleted, or the agent stops.
 */
final class LiveSession {
    private static final Logger log = LoggerFactory.getLogger(LiveSession.class);

    private final SessionKey key;
    private final Preparation preparation;
    private final StatusWriter statuses;
    private final ExecutorService executor;
    private final Clock clock;
    private final SessionRecording.Policy recordings;
    private final Metrics metrics;
    private final Traffic traffic = new Traffic();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private DebugSession resource;
    private @Nullable FoundTarget target;
    private @Nullable Prepared prepared;
    private @Nullable Attendance attendance;
    private @Nullable SessionRecording recording;
    private boolean claimed;
    private @Nullable Reason end;
    /** Why, in words. */
    private String endMessage = "";

    LiveSession(
            DebugSession resource,
            Preparation preparation,
            StatusWriter statuses,
            ExecutorService executor,
            SessionRecording.Policy recordings,
            Metrics metrics,
            Clock clock) {
        this.key = SessionKey.of(resource);
        this.resource = resource;
        this.preparation = preparation;
        this.statuses = statuses;
        this.executor = executor;
        this.recordings = recordings;
        this.metrics = metrics;
        this.clock = clock;
    }

    SessionKey key() {
        return key;
    }

    /** Completes when nothing of the session is left on the node and its status says so. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    synchronized DebugSession resource() {
        return resource;
    }

    /** How long nothing was typed or shown. */
    Duration idle() {
        return traffic.idle();
    }

    /** Takes note of a newer state of the resource. */
    synchronized void update(DebugSession newer) {
        resource = newer;
    }

    /** Makes the debug container and tells that it is ready, or why it cannot be. Called once. */
    void prepare() {
        DebugSession session = resource();
        Optional<String> refusal = recordings.refusal(session);
        if (refusal.isPresent()) {
            log.warn("session {} uid={}: {}", key, key.uid(), refusal.get());
            fail(Reason.RECORDING_FAILED, refusal.get());
            return;
        }
        new SessionSetup(this, preparation, metrics, executor, clock).run();
    }

    /** Whether its end has begun. */
    synchronized boolean isOver() {
        return end != null;
    }

    /** Takes what has been made for it; false where it is over, and both stay the caller's. */
    synchronized boolean adopt(FoundTarget found, Prepared made) {
        if (end != null) {
            return false;
        }
        target = found;
        prepared = made;
        return true;
    }

    private synchronized boolean adopt(SessionRecording begun) {
        if (end != null) {
            return false;
        }
        recording = begun;
        return true;
    }

    /** What a client that has proven itself may have; or why not. */
    synchronized Claim claim(ServerStream client) {
        if (end != null) {
            return new Claim.Refused(SessionEnd.code(end), "the session has ended: " + end.text());
        }
        if (prepared == null) {
            return new Claim.Refused(
                    ErrorCode.SESSION_NOT_READY, "the session is not ready; wait for its condition Ready");
        }
        if (resource.getSpec().unattended()) {
            return new Claim.Refused(ErrorCode.NOT_AUTHORIZED, "nobody may attach to this session: it has no keys");
        }
        if (attendance != null && attendance.admits(client)) {
            return new Claim.Joined(attendance);
        }
        if (claimed) {
            return new Claim.Refused(
                    ErrorCode.ALREADY_ATTACHED, "another client is attached; create a session of your own");
        }
        claimed = true;
        return new Claim.Granted(prepared.container());
    }

    /** Starts the command for its first client, and carries its streams until that goes or the command has ended. */
    void serve(ServerStream stream, DebugContainer granted, String user) {
        Optional<DebugProcess> ready = recorded(granted, stream.size(), user, user + " is attached");
        if (ready.isEmpty()) {
            refuse(stream);
            return;
        }
        DebugProcess process = ready.get();
        process.resize(stream.size());
        Attendance begun = new Attendance(
                new Attended(granted),
                new ServedCommand(process, resource().getSpec().process().tty()),
                traffic,
                metrics,
                clock);
        synchronized (this) {
            if (end == null) {
                attendance = begun;
                granted.start();
            }
        }
        if (begun == attendance()) {
            begun.serve(stream, user);
        } else {
            refuse(stream);
        }
    }

    private synchronized @Nullable Attendance attendance() {
        return attendance;
    }

    /** Tells a client that was let in just before the session ended why that is. */
    private void refuse(ServerStream client) {
        Reason why;
        String message;
        synchronized (this) {
            why = Objects.requireNonNull(end, "the session has ended");
            message = endMessage;
        }
        client.end(SessionEnd.code(why), message);
    }

    /** The session as its clients' account of themselves needs it. */
    private final class Attended implements Attendance.Host {
        private final DebugContainer container;
        /** What is told last; the next waits for it. */
        private CompletableFuture<Void> told = CompletableFuture.completedFuture(null);

        Attended(DebugContainer container) {
            this.container = container;
        }

        @Override
        public DebugSession resource() {
            return LiveSession.this.resource();
        }

        @Override
        public void exited(int code) {
            end(Reason.EXITED, SessionEnd.exited(code, container));
        }

        @Override
        public void lost(String why) {
            Exit ended = container.exit().getNow(null);
            if (ended == null) {
                end(Reason.CLIENT_LOST, why);
            } else {
                end(Reason.EXITED, SessionEnd.exited(ended.code(), container) + "; its client does not know: " + why);
            }
        }

        @Override
        public synchronized void tell(UnaryOperator<DebugSessionStatus> change) {
            told = told.thenRunAsync(() -> key.logged(() -> write(change)), executor);
        }

        @Override
        public void after(Duration time, Runnable task) {
            CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS, executor)
                    .execute(() -> key.logged(task));
        }
    }

    /** The command that is about to start, recorded as the session asks for; empty where the session has ended, or ends for want of a recording. */
    private Optional<DebugProcess> recorded(DebugContainer granted, WindowSize size, String user, String marker) {
        SessionRecording begun;
        try {
            begun = SessionRecording.begin(
                    recordings, resource(), size, clock, why -> later(() -> recordingFailed(why)));
        } catch (RecordingException e) {
            String why = AgentException.chain(e);
            Audit.refused(resource(), user, why);
            metrics.refused(Reason.RECORDING_FAILED.text());
            end(Reason.RECORDING_FAILED, why);
            return Optional.empty();
        }
        if (!adopt(begun)) {
            Audit.recorded(resource(), begun.finish());
            return Optional.empty();
        }
        begun.marker(Audit.printable(marker));
        PinnedProcess beside =
                Objects.requireNonNull(target, "a container has a target").process();
        CompletableFuture<Integer> exit = SessionEnd.exitCode(granted, beside, executor);
        return Optional.of(begun.of(new ContainerStreams(granted, exit, traffic)));
    }

    /** Starts the command of a session that nobody attaches to, and ends the session with it. */
    void runAlone(DebugContainer made) {
        String requester = resource().getSpec().requester();
        String user = requester == null ? RelayRequest.UNKNOWN : requester;
        Optional<DebugProcess> ready = recorded(made, WindowSize.NONE, user, "nobody is attached");
        if (ready.isEmpty()) {
            return;
        }
        Audit.Visit visit = Audit.attached(resource(), user, false, clock);
        made.start();
        try {
            UnattendedRun.of(ready.get(), executor)
                    .thenAccept(code -> later(() -> {
                        Audit.left(visit, new Outcome.Exited(code), traffic, clock);
                        end(Reason.EXITED, SessionEnd.exited(code, made));
                    }));
        } catch (IOException e) {
            end(Reason.ATTACH_FAILED, "the command's input cannot be closed: " + AgentException.chain(e));
        }
    }

    /** What is shown from now on is not recorded: the end of a session that must be. */
    private void recordingFailed(String why) {
        log.warn("session {} uid={}: {}", key, key.uid(), why);
        if (resource().getSpec().recording() == DebugSessionSpec.Recording.REQUIRED) {
            end(Reason.RECORDING_FAILED, why);
        } else {
            write(status -> status.change()
                    .condition(ConditionType.RECORDED, false, Reason.RECORDING_INCOMPLETE, why, clock.instant())
                    .done());
        }
    }

    /** The session cannot be: nothing was made, and its status says why. */
    void fail(Reason reason, String message) {
        if (begin(reason, message)) {
            write(status ->
                    status.change().stalled(reason, message, clock.instant()).done());
            ended.complete(null);
        }
    }

    /** Ends the session: tells the client, kills what it runs, frees what it holds, and says so in the status. The first end counts. */
    void end(Reason why, String message) {
        if (!begin(why, message)) {
            return;
        }
        log.info("session {} uid={}: ended: {}: {}", key, key.uid(), why.text(), message);
        Prepared mine;
        FoundTarget beside;
        Attendance attended;
        SessionRecording recorded;
        synchronized (this) {
            recorded = recording;
            mine = prepared;
            beside = target;
            attended = attendance;
        }
        Integer exitCode = null;
        if (mine != null && beside != null) {
            if (why == Reason.EXITED) {
                exitCode = mine.container().exit().join().code();
            } else if (attended != null) {
                attended.served().end(SessionEnd.code(why), message);
            }
            if (why == Reason.CLIENT_LOST) {
                SessionEnd.hangUp(mine.container());
            }
            mine.close();
            beside.close();
        }
        SessionRecording.Kept kept = recorded == null ? SessionRecording.Kept.NOTHING : recorded.finish();
        Audit.recorded(resource(), kept);
        metrics.recorded(kept);
        metrics.carried(traffic);
        SessionEnd over = new SessionEnd(why, message, Optional.ofNullable(exitCode), kept);
        statuses.writeAlsoWhereOver(resource(), status -> over.in(status, clock.instant()));
        ended.complete(null);
    }

    /** Has no part in a session that has no debug container yet; nothing is told of it. */
    void leave() {
        synchronized (this) {
            if (prepared != null || end != null) {
                return;
            }
            end = Reason.AGENT_LOST;
            endMessage = "the node's agent is being replaced";
        }
        log.info("session {} uid={}: left to the next agent of this node", key, key.uid());
        ended.complete(null);
    }

    private void later(Runnable task) {
        executor.execute(() -> key.logged(task));
    }

    private synchronized boolean begin(Reason why, String message) {
        if (end != null) {
            return false;
        }
        end = why;
        endMessage = message;
        metrics.ended(why.text());
        return true;
    }

    /** Changes its status, as far as it is not over there. */
    void write(UnaryOperator<DebugSessionStatus> change) {
        DebugSession written = statuses.write(resource(), change);
        if (written != null) {
            update(written);
        }
    }
}
