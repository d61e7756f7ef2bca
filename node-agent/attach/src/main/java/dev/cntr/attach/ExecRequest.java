package dev.cntr.attach;

import dev.cntr.attach.exec.ExecProgram;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Poll;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.socket.AskingSteps;
import dev.cntr.linux.socket.UnixSocket;
import dev.cntr.linux.terminal.Terminal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * One {@code cntr exec} inside a session: a command in the target's own tree, with the session's rights. Its standard streams
 * are those of the program that asked; where input and output are a terminal it gets one of its own, as from outside.
 */
final class ExecRequest implements Runnable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int STREAMS = 3;
    private static final int MSG_NOSIGNAL = 0x4000;

    private static final int SIGNAL_CODE = 8;
    private static final int SI_KERNEL = 0x80;
    private static final int SIGWINCH = 28;
    private static final List<Integer> PASSED = List.of(1, 2, 3, 15); // HUP, INT, QUIT, TERM

    private final Fd connection;
    private final AttachPlan plan;
    private final Command session;
    private final SessionRights rights;
    private final Event cancelled = Event.open();

    /** @param connection is this one's from now on */
    ExecRequest(Fd connection, AttachPlan plan, Command session, SessionRights rights) {
        this.connection = connection;
        this.plan = plan;
        this.session = session;
        this.rights = rights;
    }

    /** Ends it. Not to be called after {@link #run} has returned. */
    synchronized void cancel() {
        if (connection.isOpen()) {
            cancelled.raise();
        }
    }

    @Override
    public void run() {
        try {
            answer(serve());
        } catch (AttachException | ErrnoException | ProcessGoneException e) {
            answer(new Answer(
                    ExecProgram.FAILED, "cntr: cannot run a command in the container: " + e.getMessage() + "\n"));
        } finally {
            close();
        }
    }

    private synchronized void close() {
        connection.close();
        cancelled.close();
    }

    /**
     * What the program is told.
     *
     * @param code its exit code
     * @param text for its standard error
     */
    private record Answer(int code, String text) {}

    private Answer serve() {
        if (Poll.await(connection, Poll.IN, PATIENCE) == 0) {
            throw new AttachException("the program sends nothing");
        }
        List<Fd> streams = UnixSocket.receive(connection, STREAMS);
        UnixSocket.Peer peer = UnixSocket.peer(connection);
        try (PinnedProcess process = PinnedProcess.open(peer.pid())) {
            rights.check(peer, process);
            if (streams.size() != STREAMS) {
                throw new AttachException("the program has to pass three standard streams");
            }
            return switch (ExecArguments.of(process.files().arguments())) {
                case ExecArguments.Wrong(int code, String usage) -> new Answer(code, usage);
                case ExecArguments.Run(List<String> words) -> execute(streams, plan(words, process));
            };
        } finally {
            streams.forEach(Fd::close);
        }
    }

    /** What is run, in the directory of who asks where that is the target's, else in that of the target. */
    private AttachPlan plan(List<String> words, PinnedProcess process) {
        AttachPlan inside = AttachPlan.of(plan.target(), session.running(words).inTargetsTree());
        String directory = process.files().link("cwd");
        String root = AttachPlan.TARGET_ROOT;
        return directory.equals(root) || directory.startsWith(root + "/")
                ? inside.startingIn(directory.equals(root) ? "/" : directory.substring(root.length()))
                : inside;
    }

    private Answer execute(List<Fd> streams, AttachPlan inside) {
        boolean terminal = Terminal.pseudo(streams.get(0)) && Terminal.pseudo(streams.get(1));
        Exit exit = terminal ? onTerminal(streams, inside) : onStreams(streams, inside);
        return new Answer(exit.code(), exit instanceof Exit.NotExecuted e ? "cntr: " + e.message() + "\n" : "");
    }

    private Exit onStreams(List<Fd> streams, AttachPlan inside) {
        try (DebugContainer container = DebugContainer.createInTarget(inside, Streams.given(streams))) {
            container.start();
            return await(container, () -> {});
        }
    }

    private Exit onTerminal(List<Fd> streams, AttachPlan inside) {
        AttachPlan withTerminal = inside.onTerminal();
        try (DebugContainer container = DebugContainer.createInTarget(
                        withTerminal, Streams.open(withTerminal, session.onTerminal(true)));
                ExecTerminal between = new ExecTerminal(streams.get(0), streams.get(1), container)) {
            container.start();
            Exit exit = await(container, between::resize);
            between.drain();
            return exit;
        }
    }

    /** Waits for the end, passing signals on; who asked may end first, and the command ends with it. */
    private Exit await(DebugContainer container, Runnable resize) {
        try (Event ended = Event.open()) {
            container.exit().whenComplete((_, _) -> ended.raise());
            List<Poll.Interest> all = List.of(
                    new Poll.Interest(ended.fd(), Poll.IN),
                    new Poll.Interest(cancelled.fd(), Poll.IN),
                    new Poll.Interest(connection, Poll.IN));
            int[] ready = Poll.await(all, null);
            while (ready[0] == 0 && ready[1] == 0 && passSignal(container, resize)) {
                ready = Poll.await(all, null);
            }
            if (ready[0] == 0) {
                container.close();
            }
            return container.exit().join();
        }
    }

    /** Gives false where the program has ended, or does not keep to what it is to say. */
    private boolean passSignal(DebugContainer container, Runnable resize) {
        try (Scratch s = new Scratch()) {
            long info = s.allocate(AskingSteps.SIGNAL_BYTES);
            long n = Kernel.current().call(Syscall.READ, connection.number(), info, AskingSteps.SIGNAL_BYTES);
            if (n != AskingSteps.SIGNAL_BYTES) {
                return n == Errno.EINTR.negative();
            }
            int signal = Memory.getInt(info);
            if (signal == SIGWINCH) {
                resize.run();
            } else if (PASSED.contains(signal) && Memory.getInt(info + SIGNAL_CODE) == SI_KERNEL) {
                container.signalGroup(signal); // of a key, which all in the foreground get
            } else if (PASSED.contains(signal)) {
                container.signal(signal);
            }
            return true;
        }
    }

    private void answer(Answer answer) {
        byte[] text = answer.text.getBytes(StandardCharsets.UTF_8);
        try (Scratch s = new Scratch()) {
            long bytes = s.allocate(Long.BYTES + text.length);
            Memory.putLong(bytes, answer.code);
            Memory.copy(text, 0, bytes + Long.BYTES, text.length);
            // where the program has gone nobody wants to know
            Kernel.current().call(Syscall.SENDTO, connection.number(), bytes, Long.BYTES + text.length, MSG_NOSIGNAL);
        }
    }
}
