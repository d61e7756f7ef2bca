package dev.cntr.cli;

import dev.cntr.attach.DebugContainer;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.terminal.WindowSize;
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
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/** Joins this program's standard streams, terminal size and signals to a debug container. */
final class Wires {
    private static final int BUFFER = 64 * 1024;

    private final DebugContainer container;
    private final @Nullable LocalTerminal terminal;
    private final List<Thread> outputs = new ArrayList<>();

    Wires(DebugContainer container, @Nullable LocalTerminal terminal) {
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
        Thread.ofPlatform().name("stdin").daemon().start(this::carryIn);
        for (String signal : List.of("TERM", "HUP", "INT", "QUIT")) {
            forward(signal);
        }
        LocalTerminal mine = terminal;
        if (mine != null) {
            Signal.handle(new Signal("WINCH"), _ -> resize(mine.size()));
            resize(mine.size());
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

    private void resize(WindowSize size) {
        container.resize(size);
    }

    private void carryIn() {
        InputStream in = new FileInputStream(FileDescriptor.in);
        try {
            byte[] buffer = new byte[BUFFER];
            int n;
            while ((n = in.read(buffer)) >= 0) {
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
