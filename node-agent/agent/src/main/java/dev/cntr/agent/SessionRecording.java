package dev.cntr.agent;

import dev.cntr.agent.recording.Asciicast;
import dev.cntr.agent.recording.RecordingException;
import dev.cntr.agent.recording.RecordingStore;
import dev.cntr.agent.recording.RecordingStore.Stored;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionSpec.Recording;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.api.StatusChange;
import dev.cntr.protocol.DebugProcess;
import dev.cntr.protocol.WindowSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The recording of one session, where it has one. What is shown is written down before anybody sees it. Where it cannot be
 * written, a session that must be recorded is ended, and another goes on without.
 */
final class SessionRecording {
    /** A session has one attachment, which is its first. */
    private static final String FIRST = "-1";

    /** How sessions are recorded on this node. */
    record Policy(Optional<RecordingStore> store, boolean input) {
        /** No session is recorded; one that must be is refused. */
        static final Policy NONE = new Policy(Optional.empty(), false);

        static final String NO_STORE =
                "this node's agent keeps no recordings; see the chart's value agent.recording.store";

        /** Why a session cannot be on this node; empty when it can. */
        Optional<String> refusal(DebugSession session) {
            return session.getSpec().recording() == Recording.REQUIRED && store.isEmpty()
                    ? Optional.of("the session must be recorded, and " + NO_STORE)
                    : Optional.empty();
        }
    }

    /**
     * What became of it.
     *
     * @param asked whether there was to be one at all
     * @param stored what there is
     * @param problem why that is not the whole of it; empty when it is
     */
    record Kept(boolean asked, Optional<Stored> stored, Optional<String> problem) {
        /** Of a session that nobody wanted recorded, or that nobody attached to. */
        static final Kept NOTHING = new Kept(false, Optional.empty(), Optional.empty());

        /** Says so in the session's status. */
        void into(StatusChange change, Instant now) {
            if (!asked) {
                return;
            }
            stored.ifPresent(file -> change.recording(
                    new DebugSessionStatus.Recording(file.id(), file.location(), file.bytes(), file.sha256())));
            Optional<String> why = shortcoming();
            change.condition(
                    ConditionType.RECORDED,
                    why.isEmpty(),
                    reason(),
                    why.orElseGet(() -> stored.orElseThrow().bytes() + " bytes in "
                            + stored.orElseThrow().location()),
                    now);
        }

        /** Why it is not whole, or not where it belongs; empty when it is both. */
        Optional<String> shortcoming() {
            return problem.or(() -> stored.flatMap(Stored::waits));
        }

        private Reason reason() {
            if (problem.isPresent()) {
                return Reason.RECORDING_INCOMPLETE;
            }
            return shortcoming().isPresent() ? Reason.RECORDING_WAITS : Reason.RECORDING_KEPT;
        }

        /** As {@code before}, whose recording this is, after a wait: it now is where it belongs. */
        static DebugSessionStatus late(DebugSessionStatus before, Stored stored, Instant now) {
            boolean waited = before.condition(ConditionType.RECORDED)
                    .filter(condition -> condition.reason().equals(Reason.RECORDING_WAITS.text()))
                    .isPresent();
            if (!waited) {
                return before;
            }
            StatusChange change = before.change();
            new Kept(true, Optional.of(stored), Optional.empty()).into(change, now);
            return change.done();
        }
    }

    private final boolean asked;
    private final boolean required;
    private final boolean input;
    private final Consumer<String> failed;
    private final Optional<Asciicast> cast;
    private boolean finished;
    private Optional<String> problem;

    private SessionRecording(
            DebugSession session,
            boolean input,
            Consumer<String> failed,
            Optional<Asciicast> cast,
            Optional<String> problem) {
        this.asked = session.getSpec().recording() != Recording.NEVER;
        this.required = session.getSpec().recording() == Recording.REQUIRED;
        this.input = input;
        this.failed = failed;
        this.cast = cast;
        this.problem = problem;
    }

    /**
     * Begins the recording that the session asks for, which may be none.
     *
     * @param failed gets the reason, once, when the recording ends before the session does, from any thread
     * @throws RecordingException when the session may not begin
     */
    static SessionRecording begin(
            Policy policy, DebugSession session, WindowSize size, Clock clock, Consumer<String> failed) {
        boolean required = session.getSpec().recording() == Recording.REQUIRED;
        if (session.getSpec().recording() == Recording.NEVER) {
            return new SessionRecording(session, false, failed, Optional.empty(), Optional.empty());
        }
        try {
            RecordingStore store = policy.store().orElseThrow(() -> new RecordingException(Policy.NO_STORE));
            String id = id(session);
            if (required) {
                store.announce(id);
            }
            Asciicast cast = new Asciicast(store.begin(id), header(session, size, clock), System::nanoTime);
            return new SessionRecording(session, policy.input(), failed, Optional.of(cast), Optional.empty());
        } catch (RecordingException e) {
            if (required) {
                throw e;
            }
            String why = "not recorded: " + AgentException.chain(e);
            failed.accept(why);
            return new SessionRecording(session, false, failed, Optional.empty(), Optional.of(why));
        }
    }

    /** The name of a session's recording. */
    static String id(DebugSession session) {
        return session.getMetadata().getUid() + FIRST;
    }

    private static Asciicast.Header header(DebugSession session, WindowSize size, Clock clock) {
        var process = session.getSpec().process();
        String term = process.env().stream()
                .filter(variable -> variable.name().equals("TERM"))
                .map(DebugSessionSpec.Variable::value)
                .findFirst()
                .orElse("");
        return new Asciicast.Header(
                size.columns(),
                size.rows(),
                clock.instant(),
                SessionKey.of(session) + " beside " + session.getStatus().containerName() + " of pod "
                        + session.getSpec().target().podText(),
                process.command(),
                term);
    }

    /** Notes something that is not the command's doing. */
    void marker(String text) {
        try {
            write(cast -> cast.marker(text));
        } catch (IOException _) {
            // the session is being ended
        }
    }

    /** Ends the recording. Called once, when nothing of the command is shown any more. */
    synchronized Kept finish() {
        finished = true;
        Optional<Stored> stored = Optional.empty();
        if (cast.isPresent()) {
            try (Asciicast ending = cast.get()) {
                stored = Optional.of(ending.finish(problem.isPresent()));
            } catch (RecordingException e) {
                String why = AgentException.chain(e);
                problem = Optional.of(problem.map(first -> first + "; " + why).orElse(why));
            }
        }
        return new Kept(asked, stored, problem);
    }

    private interface Event {
        void to(Asciicast cast);
    }

    /** @throws IOException when what is shown must be recorded and cannot be: nobody may see it */
    private synchronized void write(Event event) throws IOException {
        if (problem.isPresent() || cast.isEmpty()) {
            return;
        }
        if (finished) {
            throw new IOException("the session is over");
        }
        try {
            event.to(cast.get());
        } catch (RecordingException e) {
            String why = "the recording ends before the session: " + AgentException.chain(e);
            problem = Optional.of(why);
            failed.accept(why);
            if (required) {
                throw new IOException(why, e);
            }
        }
    }

    /** The command with all its streams recorded. */
    DebugProcess of(DebugProcess process) {
        return cast.isEmpty() ? process : new Recorded(process);
    }

    private final class Recorded implements DebugProcess {
        private final DebugProcess process;

        Recorded(DebugProcess process) {
            this.process = process;
        }

        @Override
        public OutputStream stdin() {
            OutputStream stdin = process.stdin();
            return input ? new Typed(stdin) : stdin;
        }

        @Override
        public InputStream stdout() {
            return new Shown(process.stdout(), Asciicast::output);
        }

        @Override
        public @Nullable InputStream stderr() {
            InputStream errors = process.stderr();
            return errors == null ? null : new Shown(errors, Asciicast::errors);
        }

        @Override
        public void resize(WindowSize size) {
            process.resize(size);
            if (size.columns() > 0 && size.rows() > 0) {
                try {
                    write(cast -> cast.resize(size.columns(), size.rows()));
                } catch (IOException _) {
                    // the session is being ended
                }
            }
        }

        @Override
        public void signal(int number) {
            process.signal(number);
        }

        @Override
        public CompletionStage<Integer> exit() {
            return process.exit();
        }
    }

    private interface Kind {
        void write(Asciicast cast, byte[] bytes, int offset, int length);
    }

    private final class Shown extends InputStream {
        private final InputStream from;
        private final Kind kind;

        Shown(InputStream from, Kind kind) {
            this.from = from;
            this.kind = kind;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = from.read(bytes, offset, length);
            if (count > 0) {
                write(cast -> kind.write(cast, bytes, offset, count));
            }
            return count;
        }
    }

    private final class Typed extends OutputStream {
        private final OutputStream to;

        Typed(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            SessionRecording.this.write(cast -> cast.input(bytes, offset, length));
            to.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            to.flush();
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }
}
