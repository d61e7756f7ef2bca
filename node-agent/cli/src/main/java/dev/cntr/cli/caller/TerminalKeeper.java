package dev.cntr.cli.caller;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Child;
import dev.cntr.linux.program.ControlSocket;
import dev.cntr.linux.program.FdTable;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Program;
import dev.cntr.linux.program.Spawner;
import dev.cntr.linux.program.Step;
import dev.cntr.linux.terminal.Terminal;

/**
 * A process that outlives this JVM where that is killed, to set the terminal back to how it was: a program of one page that
 * waits for the end of a socket. Where somebody else has set the terminal meanwhile, as a shell does whose job was killed, it
 * leaves it alone.
 */
final class TerminalKeeper implements AutoCloseable {
    private static final int CONTROL = 3;
    private static final int TERMINAL = 4;
    private static final int LAST_STANDARD = 2;
    private static final long ALL_FDS = 0xffffffffL;

    /** futex(2) compares a word of memory with a number, and does nothing more where it has nobody to wake. */
    private static final int FUTEX_CMP_REQUEUE_PRIVATE = 4 | 128;

    private final ControlSocket control;
    private final Child child;

    private TerminalKeeper(ControlSocket control, Child child) {
        this.control = control;
        this.child = child;
    }

    /**
     * Starts one, as a child of the calling thread, which is to close it.
     *
     * @param terminal stays the caller's
     * @param before struct termios as it was found
     * @param mode its local modes ({@code c_lflag}) as this program has set them
     */
    static TerminalKeeper start(Fd terminal, byte[] before, int mode) {
        ControlSocket control = ControlSocket.open();
        try {
            Program program = program(before, mode, Architecture.current());
            Child child = Spawner.spawn(
                    program, new FdTable().put(CONTROL, control.theirs()).put(TERMINAL, terminal));
            control.handedOver();
            return new TerminalKeeper(control, child);
        } catch (RuntimeException | Error e) {
            control.close(); // which ends it, if it is there
            throw e;
        }
    }

    static Program program(byte[] before, int mode, Architecture architecture) {
        Assembler a = Assembler.silent(architecture);
        a.call("close the standard streams", Syscall.CLOSE_RANGE, 0, LAST_STANDARD, 0);
        a.call("close all other files", Syscall.CLOSE_RANGE, TERMINAL + 1, ALL_FDS, 0);
        // so that no signal of the terminal reaches it, and that it may set it from the background
        a.call("away from the terminal's session", Syscall.SETSID).ignoringErrors();
        Label ended = a.label("the JVM has ended");
        Label done = a.label("done");
        Step wait = a.call("wait for the JVM's end", Syscall.READ, CONTROL, a.buffer(8), 8);
        wait.onPositive(wait.start()).onZero(ended).onError(ended);
        a.place(ended);
        long now = a.buffer(before.length);
        a.call("look at the terminal", Syscall.IOCTL, TERMINAL, Terminal.TCGETS, now)
                .onError(done);
        long modes = now + Terminal.Modes.LFLAG;
        a.call("is it as the JVM set it", Syscall.FUTEX, modes, FUTEX_CMP_REQUEUE_PRIVATE, 0, 0, modes, mode)
                .onError(done);
        a.call("set it back", Syscall.IOCTL, TERMINAL, Terminal.TCSETS, a.bytes(before))
                .onError(done);
        a.place(done);
        a.exit(0);
        return a.assemble();
    }

    /** Ends it: the JVM sees to the terminal itself. */
    @Override
    public void close() {
        child.kill();
        child.await();
        control.close();
    }
}
