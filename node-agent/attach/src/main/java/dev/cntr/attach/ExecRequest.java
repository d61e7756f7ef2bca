package dev.cntr.attach;

import dev.cntr.attach.exec.ExecProgram;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.socket.Request;
import dev.cntr.linux.socket.UnixSocket;
import dev.cntr.linux.terminal.Terminal;
import java.util.List;

/**
 * One {@code cntr exec} inside a session: a command in the target's own tree, with the session's rights. Its standard streams
 * are those of the program that asked; where input and output are a terminal it gets one of its own, as from outside.
 */
final class ExecRequest {
    private static final int SIGWINCH = 28;
    private static final List<Integer> PASSED = List.of(1, 2, 3, 15); // HUP, INT, QUIT, TERM

    private final Request request;
    private final AttachPlan plan;
    private final Command session;
    private final SessionRights rights;

    /** @param request stays the caller's */
    ExecRequest(Request request, AttachPlan plan, Command session, SessionRights rights) {
        this.request = request;
        this.plan = plan;
        this.session = session;
        this.rights = rights;
    }

    void run() {
        Answer answer = answer();
        request.answer(answer.code, answer.text);
    }

    private Answer answer() {
        try {
            return serve();
        } catch (AttachException | ErrnoException | ProcessGoneException e) {
            return new Answer(
                    ExecProgram.FAILED, "cntr: cannot run a command in the container: " + e.getMessage() + "\n");
        }
    }

    /**
     * What the program is told.
     *
     * @param code its exit code
     * @param text for its standard error
     */
    private record Answer(int code, String text) {}

    private Answer serve() {
        if (!request.comes()) {
            throw new AttachException("the program sends nothing");
        }
        List<Fd> streams = request.streams();
        UnixSocket.Peer peer = request.peer();
        try (PinnedProcess process = PinnedProcess.open(peer.pid())) {
            rights.check(peer, process);
            if (streams.size() != Request.STREAMS) {
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
            if (!request.follow(ended, signal -> pass(signal, container, resize))) {
                container.close();
            }
            return container.exit().join();
        }
    }

    private static void pass(Request.Signal signal, DebugContainer container, Runnable resize) {
        if (signal.number() == SIGWINCH) {
            resize.run();
        } else if (PASSED.contains(signal.number()) && signal.fromKernel()) {
            container.signalGroup(signal.number());
        } else if (PASSED.contains(signal.number())) {
            container.signal(signal.number());
        }
    }
}
