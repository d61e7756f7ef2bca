package dev.cntr.cli;

import dev.cntr.attach.DebugContainer;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.Poll;
import dev.cntr.linux.Syscall;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import sun.misc.Signal;

/** Joins this program's standard streams, terminal size and signals to a debug container. */
final class Wires implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    /** How long the thread that reads standard input has to end. */
    private static final long END_MILLIS = 100;

    private final DebugContainer container;
    private final boolean terminal;
    private final List<Thread> outputs = new ArrayList<>();
    private final Fd standardInput = Fd.of(0, Syscall.READ, "standard input");
    private final Event ended = Event.open();
    private final Thread input = Thread.ofPlatform().name("stdin").daemon().unstarted(this::carryIn);

    /** @param terminal whether the container has one, which follows the size of this program's */
    Wires(DebugContainer container, boolean terminal) {
        this.container = container;
        this.terminal = terminal;
    }

    /** Starts to carry bytes both ways. */
    void join() {
        outputs.add(carryOut("stdout", container.stdout(), new FileOutputStream(FileDescriptor.out)));
        FdChannel stderr = container.stderr();
        if (stderr != null) {
            outputs.add(carryOut("stderr", stderr, new FileOutputStream(FileDescriptor.err)));
        }
        input.start();
        for (String signal : List.of("TERM", "HUP", "INT", "QUIT")) {
            forward(signal);
        }
        if (terminal) {
            Signal.handle(new Signal("WINCH"), _ -> container.resize(LocalTerminal.size()));
            container.resize(LocalTerminal.size());
        }
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

    private void forward(String name) {
        try {
            Signal.handle(new Signal(name), signal -> container.signal(signal.getNumber()));
        } catch (IllegalArgumentException e) {
            // the JVM keeps SIGQUIT to itself: it prints its threads
        }
    }

    private void carryIn() {
        InputStream in = new FileInputStream(FileDescriptor.in);
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
        Poll.Interest typed = new Poll.Interest(standardInput, Poll.IN);
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

    private static Thread carryOut(String name, FdChannel from, OutputStream to) {
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
