package dev.cntr.attach;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.terminal.Terminal;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;

/**
 * Joins the terminal of a session to that of a command beside it: every byte passes as it is. When it is closed the session's
 * terminal is as it was.
 */
final class ExecTerminal implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final Fd terminal;
    private final Fd screen;
    private final DebugContainer container;
    private final Optional<Terminal.Modes> before;
    /** Opened once more: not to block is a property of an open file, and those of the session's are not changed. */
    private final FdChannel typed;

    private final FdChannel shown;
    private final Thread output;

    /**
     * Starts to carry bytes.
     *
     * @param terminal where is typed; stays the caller's
     * @param screen where is shown; likewise
     */
    ExecTerminal(Fd terminal, Fd screen, DebugContainer container) {
        this.terminal = terminal;
        this.screen = screen;
        this.container = container;
        this.typed = again(terminal);
        this.shown = again(screen);
        this.before = Terminal.modes(terminal);
        before.ifPresent(modes -> Terminal.set(terminal, modes.raw()));
        resize();
        this.output = Thread.ofPlatform().name("cntr exec output").daemon().start(this::carryOut);
        Thread.ofPlatform().name("cntr exec input").daemon().start(this::carryIn);
    }

    private static FdChannel again(Fd fd) {
        return new FdChannel(Fd.open("/proc/self/fd/" + fd.number(), OpenFlag.O_RDWR, OpenFlag.O_NOCTTY));
    }

    /** Tells the command's terminal the size of the session's. */
    void resize() {
        Terminal.size(screen).ifPresent(container::resize);
    }

    /** Waits until all output is shown; to be called when the command has ended. */
    void drain() {
        try {
            output.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void carryOut() {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (container.stdout().read(buffer.clear()) >= 0) {
                shown.write(buffer.flip());
            }
        } catch (ClosedChannelException | ErrnoException e) {
            // one of both has ended
        }
    }

    private void carryIn() {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (typed.read(buffer.clear()) >= 0) {
                FdChannel to = container.stdin();
                if (to == null) {
                    return;
                }
                to.write(buffer.flip());
            }
        } catch (ClosedChannelException | ErrnoException e) {
            // one of both has ended
        }
    }

    @Override
    public void close() {
        typed.close();
        shown.close();
        try {
            before.ifPresent(modes -> Terminal.set(terminal, modes));
        } catch (ErrnoException e) {
            // it has gone
        }
    }
}
