package dev.cntr.cli;

import dev.cntr.attach.DebugContainer;
import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.caller.CallerInput;
import dev.cntr.cli.caller.LocalTerminal;
import dev.cntr.cli.caller.SharedStream;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Joins a caller's standard streams, terminal size and signals to a debug container. */
final class Wires implements AutoCloseable, CallerInput.Taker {
    private static final int BUFFER = 64 * 1024;

    private final DebugContainer container;
    private final Caller caller;
    private final Optional<LocalTerminal> terminal;
    private final List<Thread> outputs = new ArrayList<>();
    private final CallerInput input;

    /** @param terminal where the container has one: the caller's, whose size it follows */
    Wires(DebugContainer container, Caller caller, Optional<LocalTerminal> terminal) {
        this.container = container;
        this.caller = caller;
        this.terminal = terminal;
        input = new CallerInput(caller, this);
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

    @Override
    public void take(byte[] from, int length) throws IOException {
        FdChannel to = container.stdin();
        if (to == null) {
            throw new ClosedChannelException();
        }
        try {
            to.write(ByteBuffer.wrap(from, 0, length));
        } catch (ErrnoException e) {
            throw new IOException(e); // the command reads no more
        }
    }

    @Override
    public void end() {
        container.closeStdin();
    }

    /** Reads no more input. */
    @Override
    public void close() {
        input.close();
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
