package dev.cntr.cli;

import dev.cntr.attach.DebugContainer;
import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.caller.SharedStream;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.Poll;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Joins a caller's standard streams, terminal size and signals to a debug container. */
final class Wires implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    /** How long the thread that reads standard input has to end. */
    private static final long END_MILLIS = 100;

    private final DebugContainer container;
    private final Caller caller;
    private final Optional<LocalTerminal> terminal;
    private final List<Thread> outputs = new ArrayList<>();
    private final Event ended = Event.open();
    private final Thread input = Thread.ofPlatform().name("stdin").daemon().unstarted(this::carryIn);

    /** @param terminal where the container has one: the caller's, whose size it follows */
    Wires(DebugContainer container, Caller caller, Optional<LocalTerminal> terminal) {
        this.container = container;
        this.caller = caller;
        this.terminal = terminal;
    }

    /** Starts to carry bytes both ways. */
    void join() {
        outputs.add(carryOut("stdout", container.stdout(), caller.out()));
        FdChannel stderr = container.stderr();
        if (stderr != null) {
            outputs.add(carryOut("stderr", stderr, caller.err()));
        }
        input.start();
        caller.onSignal(signal -> {
            if (signal != Caller.WINCH) {
                container.signal(signal);
            } else {
                resize();
            }
        });
        resize();
    }

    private void resize() {
        terminal.ifPresent(t -> container.resize(t.size()));
    }

    /** Waits until all output is written; to be called when the command has ended. */
    void drain() {
        for (Thread output : outputs) {
            try {
                output.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void carryIn() {
        SharedStream in = new SharedStream(caller.in());
        try {
            byte[] buffer = new byte[BUFFER];
            int n;
            while ((n = readable() ? in.read(buffer) : -1) >= 0) {
                FdChannel to = container.stdin();
                if (to == null) {
                    return;
                }
                to.write(ByteBuffer.wrap(buffer, 0, n));
            }
            container.closeStdin();
        } catch (IOException | ErrnoException e) {
            container.closeStdin(); // the command reads no more, or our input is gone: both are the end of it
        }
    }

    /** Waits for input; gives false when the wires are cut. A thread in read(2) would hold up the end of the JVM by 300 ms. */
    private boolean readable() {
        Poll.Interest typed = new Poll.Interest(caller.in(), Poll.IN);
        return Poll.await(List.of(typed, new Poll.Interest(ended.fd(), Poll.IN)), null)[1] == 0;
    }

    /** Reads no more input. */
    @Override
    public void close() {
        ended.raise();
        try {
            input.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread carryOut(String name, FdChannel from, Fd shared) {
        SharedStream to = new SharedStream(shared);
        return Thread.ofPlatform().name(name).daemon().start(() -> {
            byte[] buffer = new byte[BUFFER];
            try {
                int n;
                while ((n = from.read(ByteBuffer.wrap(buffer))) >= 0) {
                    to.write(buffer, 0, n);
                }
            } catch (ClosedChannelException e) {
                // the container was closed
            } catch (IOException e) {
                from.close(); // nobody reads our output: the command gets SIGPIPE
            }
        });
    }
}
