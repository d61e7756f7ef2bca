package dev.cntr.linux.terminal;

import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.nio.channels.ClosedChannelException;

/**
 * A pseudo-terminal, pty(7): the master of this program, and the terminal for another one. The requests of ioctl(2) are
 * those of {@code uapi/asm-generic/ioctls.h}.
 */
public final class Pty implements AutoCloseable {
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTN = 0x80045430L;
    private static final long TIOCGPTPEER = 0x5441L;
    private static final long TIOCSWINSZ = 0x5414L;
    private static final long TIOCGWINSZ = 0x5413L;

    private final FdChannel master;

    private Pty(FdChannel master) {
        this.master = master;
    }

    /** A new one of the caller's /dev/pts. */
    public static Pty open() {
        return unlocked(Fd.open("/dev/ptmx", OpenFlag.O_RDWR, OpenFlag.O_NOCTTY));
    }

    /**
     * A new one of a container's devpts, so that its name means something there.
     *
     * @param devpts an open directory: the root of a devpts file system
     */
    public static Pty open(Fd devpts) {
        return unlocked(Fd.open(devpts, "ptmx", OpenFlag.O_RDWR, OpenFlag.O_NOCTTY));
    }

    private static Pty unlocked(Fd fd) {
        FdChannel master = new FdChannel(fd);
        try (Scratch s = new Scratch()) {
            master.ioctl(TIOCSPTLCK, s.ints(0), "TIOCSPTLCK");
        } catch (RuntimeException | ClosedChannelException e) {
            master.close();
            throw unchecked(e);
        }
        return new Pty(master);
    }

    /** What is read is the output of the terminal's programs; what is written is typed. Closing it closes the pty. */
    public FdChannel master() {
        return master;
    }

    /** Opens the terminal itself, without a path: it cannot be another one, whatever is mounted where. */
    public Fd openTerminal() {
        int flags = OpenFlag.bits(OpenFlag.O_RDWR, OpenFlag.O_NOCTTY, OpenFlag.O_CLOEXEC);
        return Fd.of(ioctl(TIOCGPTPEER, flags, "TIOCGPTPEER"), Syscall.IOCTL, "TIOCGPTPEER");
    }

    /** Its number: it is {@code /dev/pts/NUMBER} where its devpts is mounted. */
    public int number() {
        try (Scratch s = new Scratch()) {
            long number = s.ints(0);
            ioctl(TIOCGPTN, number, "TIOCGPTN");
            return Memory.getInt(number);
        }
    }

    /** Sets its size; the foreground process group gets SIGWINCH where that is a change. */
    public void resize(WindowSize size) {
        try (Scratch s = new Scratch()) {
            long winsize = s.allocate(8);
            Memory.putShort(winsize, size.rows());
            Memory.putShort(winsize + 2, size.columns());
            ioctl(TIOCSWINSZ, winsize, "TIOCSWINSZ");
        }
    }

    public WindowSize size() {
        try (Scratch s = new Scratch()) {
            long winsize = s.allocate(8);
            ioctl(TIOCGWINSZ, winsize, "TIOCGWINSZ");
            return new WindowSize(Memory.getShort(winsize + 2), Memory.getShort(winsize));
        }
    }

    private long ioctl(long request, long argument, String name) {
        try {
            return master.ioctl(request, argument, name);
        } catch (ClosedChannelException e) {
            throw unchecked(e);
        }
    }

    private static RuntimeException unchecked(Exception e) {
        return e instanceof RuntimeException r ? r : new IllegalStateException("the pty is closed", e);
    }

    /** Hangs up: what runs on the terminal gets SIGHUP. */
    @Override
    public void close() {
        master.close();
    }
}
