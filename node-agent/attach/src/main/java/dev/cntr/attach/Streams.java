package dev.cntr.attach;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.FdTable;
import dev.cntr.linux.terminal.Pipe;
import dev.cntr.linux.terminal.Pty;
import dev.cntr.linux.terminal.WindowSize;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Standard input, output and error of a debug process, and this side of them: one terminal, or three pipes. */
final class Streams implements AutoCloseable {
    private static final byte END_OF_FILE = 4; // Ctrl-D, VEOF of termios(3)
    private static final long DEVPTS_SUPER_MAGIC = 0x1cd1; // linux/magic.h
    private static final int SIZEOF_STATFS = 120;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_IN_ROOT = 0x10;

    private final @Nullable Pty pty;
    private final @Nullable FdChannel stdout;
    private final @Nullable FdChannel stderr;
    /** The sides of the process, in the order of its descriptors. */
    private final List<Fd> theirs;

    private volatile @Nullable FdChannel stdin;

    private Streams(
            @Nullable Pty pty,
            @Nullable FdChannel stdin,
            @Nullable FdChannel stdout,
            @Nullable FdChannel stderr,
            List<Fd> theirs) {
        this.pty = pty;
        this.stdin = stdin;
        this.stdout = stdout;
        this.stderr = stderr;
        this.theirs = theirs;
    }

    static Streams open(AttachPlan plan, Command command) {
        return command.terminal() ? terminal(plan, command.size()) : pipes(plan);
    }

    /** Somebody else's three: nothing of them is seen here. They are this one's from now on. */
    static Streams given(List<Fd> theirs) {
        return new Streams(null, null, null, null, List.copyOf(theirs));
    }

    private static Streams pipes(AttachPlan plan) {
        List<Pipe> pipes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                pipes.add(Pipe.open());
            }
            Pipe in = pipes.get(0);
            Pipe out = pipes.get(1);
            Pipe err = pipes.get(2);
            List<Fd> theirs = List.of(in.read(), out.write(), err.write());
            theirs.forEach(fd -> own(fd, plan));
            return new Streams(
                    null, new FdChannel(in.write()), new FdChannel(out.read()), new FdChannel(err.read()), theirs);
        } catch (RuntimeException e) {
            pipes.forEach(Pipe::close);
            throw e;
        }
    }

    /** A terminal of the target's own /dev/pts where it has one, so that its name means something there. */
    private static Streams terminal(AttachPlan plan, WindowSize size) {
        Pty pty = targetPty(plan.target());
        try {
            pty.resize(size);
            Fd side = pty.openTerminal();
            own(side, plan);
            return new Streams(pty, pty.master(), pty.master(), null, List.of(side, side, side));
        } catch (RuntimeException e) {
            pty.close();
            throw e;
        }
    }

    private static Pty targetPty(Target target) {
        try (Fd root = target.process().files().open("root", OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
                Scratch s = new Scratch()) {
            int flags = OpenFlag.bits(OpenFlag.O_PATH, OpenFlag.O_DIRECTORY, OpenFlag.O_CLOEXEC);
            long how = s.longs(flags, 0, RESOLVE_NO_SYMLINKS | RESOLVE_IN_ROOT);
            long r = Kernel.current().call(Syscall.OPENAT2, root.number(), s.string("dev/pts"), how, 24);
            try (Fd devpts = Fd.of(r, Syscall.OPENAT2, "/dev/pts of the target")) {
                long statfs = s.allocate(SIZEOF_STATFS);
                ErrnoException.check(
                        Kernel.current().call(Syscall.FSTATFS, devpts.number(), statfs), Syscall.FSTATFS, "/dev/pts");
                return Memory.getLong(statfs) == DEVPTS_SUPER_MAGIC ? Pty.open(devpts) : Pty.open();
            }
        } catch (ErrnoException e) {
            return Pty.open(); // the target has none that could be used
        }
    }

    /** Gives the file to the process's user, so that it can open /dev/stdin or its terminal once more. */
    private static void own(Fd fd, AttachPlan plan) {
        long inside = plan.settings().identity().uids().effective();
        Target target = plan.target();
        long uid = target.ownUserNamespace() ? target.uids().outside(inside).orElse(inside) : inside;
        long r = Kernel.current().call(Syscall.FCHOWN, fd.number(), uid, -1);
        ErrnoException.check(r, Syscall.FCHOWN, "the process's standard streams");
    }

    /** Adds the process's descriptors 0, 1 and 2. */
    void giveTo(FdTable fds) {
        for (int i = 0; i < theirs.size(); i++) {
            fds.put(i, theirs.get(i));
        }
    }

    /** Closes the process's sides here, so that their end is seen. */
    void handedOver() {
        theirs.forEach(Fd::close);
    }

    boolean terminal() {
        return pty != null;
    }

    @Nullable
    FdChannel stdin() {
        return stdin;
    }

    /** @throws IllegalStateException where the streams are somebody else's */
    FdChannel stdout() {
        if (stdout == null) {
            throw new IllegalStateException("the output of this process is not seen here");
        }
        return stdout;
    }

    @Nullable
    FdChannel stderr() {
        return stderr;
    }

    void closeStdin() {
        FdChannel in = stdin;
        if (in == null) {
            return;
        }
        stdin = null;
        if (pty == null) {
            in.close();
            return;
        }
        try {
            in.write(ByteBuffer.wrap(new byte[] {END_OF_FILE}));
        } catch (ClosedChannelException | ErrnoException e) {
            // it has ended
        }
    }

    void resize(WindowSize size) {
        if (pty != null && pty.master().isOpen()) {
            pty.resize(size);
        }
    }

    @Override
    public void close() {
        handedOver();
        FdChannel in = stdin;
        if (in != null) {
            in.close();
        }
        if (stdout != null) {
            stdout.close();
        }
        if (stderr != null) {
            stderr.close();
        }
    }
}
