package dev.cntr.cli;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.terminal.WindowSize;
import org.jspecify.annotations.Nullable;

/** The terminal on a caller's standard input, ioctl_tty(2): its size, and raw mode while a session uses it. */
final class LocalTerminal implements AutoCloseable {
    // uapi/asm-generic/ioctls.h
    static final long TCGETS = 0x5401;
    static final long TCSETS = 0x5402;
    private static final long TIOCGWINSZ = 0x5413;

    // uapi/asm-generic/termbits.h: struct termios is four 32-bit masks, a line discipline, and 19 characters
    private static final int TERMIOS = 36;
    private static final int IFLAG = 0;
    private static final int OFLAG = 4;
    private static final int CFLAG = 8;
    static final int LFLAG = 12;
    private static final int VTIME = 17 + 5;
    private static final int VMIN = 17 + 6;
    private static final int RAW_IFLAG_OFF = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;
    private static final int OPOST = 0x1;
    private static final int RAW_LFLAG_OFF = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000;
    private static final int CSIZE_PARENB = 0x30 | 0x100;
    private static final int CS8 = 0x30;

    private final Fd in;
    private final Fd out;
    private byte @Nullable [] found;
    private @Nullable TerminalKeeper keeper;

    LocalTerminal(Caller caller) {
        in = caller.in();
        out = caller.out();
    }

    /** Whether input and output are both a terminal. */
    boolean here() {
        try (Scratch s = new Scratch()) {
            long termios = s.allocate(TERMIOS);
            return ioctl(in, TCGETS, termios) == 0 && ioctl(out, TCGETS, termios) == 0;
        }
    }

    /** The size of the terminal that is output, else of the one that is input; 0 by 0 where there is none. */
    WindowSize size() {
        try (Scratch s = new Scratch()) {
            long winsize = s.allocate(8);
            if (ioctl(out, TIOCGWINSZ, winsize) < 0 && ioctl(in, TIOCGWINSZ, winsize) < 0) {
                return new WindowSize(0, 0);
            }
            return new WindowSize(Memory.getShort(winsize + 2), Memory.getShort(winsize));
        }
    }

    /** Every byte passes as it is, cfmakeraw(3), until {@link #close}, or until this JVM is killed. Does nothing where input is no terminal. */
    synchronized void raw() {
        try (Scratch s = new Scratch()) {
            long termios = s.allocate(TERMIOS);
            if (ioctl(in, TCGETS, termios) < 0) {
                return;
            }
            found = Memory.bytes(termios, TERMIOS);
            Memory.putInt(termios + IFLAG, Memory.getInt(termios + IFLAG) & ~(RAW_IFLAG_OFF | 0x800));
            Memory.putInt(termios + OFLAG, Memory.getInt(termios + OFLAG) & ~OPOST);
            Memory.putInt(termios + LFLAG, Memory.getInt(termios + LFLAG) & ~RAW_LFLAG_OFF);
            Memory.putInt(termios + CFLAG, Memory.getInt(termios + CFLAG) & ~CSIZE_PARENB | CS8);
            Memory.putByte(termios + VTIME, 0);
            Memory.putByte(termios + VMIN, 1);
            int modes = Memory.getInt(termios + LFLAG);
            keeper = TerminalKeeper.start(in, found, modes);
            check(ioctl(in, TCSETS, termios));
        }
    }

    /** As it was found. A second time does nothing. To be called by the thread that called {@link #raw}. */
    @Override
    public synchronized void close() {
        byte[] before = found;
        if (before != null) {
            found = null;
            try (Scratch s = new Scratch()) {
                ioctl(in, TCSETS, s.bytes(before));
            }
        }
        if (keeper != null) {
            keeper.close();
            keeper = null;
        }
    }

    private static long ioctl(Fd fd, long request, long argument) {
        return Kernel.current().call(Syscall.IOCTL, fd.number(), request, argument);
    }

    private static void check(long result) {
        if (result < 0) {
            throw new ErrnoException("ioctl", Errno.of(-result), "the terminal");
        }
    }
}
