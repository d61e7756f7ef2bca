package dev.cntr.linux.terminal;

import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.Optional;

/** The size and the modes of a terminal that somebody else has made, by a descriptor of it: ioctl_tty(2). */
public final class Terminal {
    // uapi/asm-generic/ioctls.h
    public static final long TCGETS = 0x5401;
    public static final long TCSETS = 0x5402;
    private static final long TIOCGWINSZ = 0x5413;

    private static final int STATX_TYPE = 1;
    private static final int SIZEOF_STATX = 256;
    private static final int S_IFMT = 0170000;
    private static final int S_IFCHR = 0020000;
    /** Major numbers of pseudo-terminals, Documentation/admin-guide/devices.txt. */
    private static final int FIRST_PTY = 136;

    private static final int LAST_PTY = 143;

    private Terminal() {}

    /**
     * Whether a descriptor is of a pseudo-terminal, as its file alone tells: nothing is asked that somebody's own file system
     * or driver would answer.
     */
    public static boolean pseudo(Fd fd) {
        try (Scratch s = new Scratch()) {
            long st = s.allocate(SIZEOF_STATX);
            int flags = At.EMPTY_PATH | At.STATX_DONT_SYNC;
            long r = Kernel.current().call(Syscall.STATX, fd.number(), s.string(""), flags, STATX_TYPE, st);
            int major = Memory.getInt(st + 128);
            return r == 0 && (Memory.getShort(st + 28) & S_IFMT) == S_IFCHR && major >= FIRST_PTY && major <= LAST_PTY;
        }
    }

    /** Its size; empty where the descriptor is of no terminal. */
    public static Optional<WindowSize> size(Fd terminal) {
        try (Scratch s = new Scratch()) {
            long winsize = s.allocate(8);
            return ioctl(terminal, TIOCGWINSZ, winsize) < 0
                    ? Optional.empty()
                    : Optional.of(new WindowSize(Memory.getShort(winsize + 2), Memory.getShort(winsize)));
        }
    }

    /** Its modes; empty where the descriptor is of no terminal. */
    public static Optional<Modes> modes(Fd terminal) {
        try (Scratch s = new Scratch()) {
            long termios = s.allocate(Modes.BYTES);
            return ioctl(terminal, TCGETS, termios) < 0
                    ? Optional.empty()
                    : Optional.of(new Modes(Memory.bytes(termios, Modes.BYTES)));
        }
    }

    /**
     * Sets its modes.
     *
     * @throws ErrnoException where it has gone
     */
    public static void set(Fd terminal, Modes modes) {
        try (Scratch s = new Scratch()) {
            long r = ioctl(terminal, TCSETS, s.bytes(modes.termios));
            if (r < 0) {
                throw new ErrnoException(Syscall.IOCTL.call(), Errno.of(-r), "the terminal");
            }
        }
    }

    private static long ioctl(Fd terminal, long request, long argument) {
        return Kernel.current().call(Syscall.IOCTL, terminal.number(), request, argument);
    }

    /**
     * {@code struct termios} of {@code uapi/asm-generic/termbits.h}: four 32-bit masks, a line discipline, and 19
     * characters. Immutable.
     */
    public static final class Modes {
        /** The size of the struct. */
        public static final int BYTES = 36;
        /** Where its local modes ({@code c_lflag}) are. */
        public static final int LFLAG = 12;

        private static final int IFLAG = 0;
        private static final int OFLAG = 4;
        private static final int CFLAG = 8;
        private static final int VTIME = 17 + 5;
        private static final int VMIN = 17 + 6;
        private static final int RAW_IFLAG_OFF = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400 | 0x800;
        private static final int OPOST = 0x1;
        private static final int RAW_LFLAG_OFF = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000;
        private static final int CSIZE_PARENB = 0x30 | 0x100;
        private static final int CS8 = 0x30;

        private final byte[] termios;

        private Modes(byte[] termios) {
            this.termios = termios;
        }

        /** The same, but every byte passes as it is: cfmakeraw(3), and no flow control by any character. */
        public Modes raw() {
            try (Scratch s = new Scratch()) {
                long at = s.bytes(termios);
                Memory.putInt(at + IFLAG, Memory.getInt(at + IFLAG) & ~RAW_IFLAG_OFF);
                Memory.putInt(at + OFLAG, Memory.getInt(at + OFLAG) & ~OPOST);
                Memory.putInt(at + LFLAG, Memory.getInt(at + LFLAG) & ~RAW_LFLAG_OFF);
                Memory.putInt(at + CFLAG, Memory.getInt(at + CFLAG) & ~CSIZE_PARENB | CS8);
                Memory.putByte(at + VTIME, 0);
                Memory.putByte(at + VMIN, 1);
                return new Modes(Memory.bytes(at, BYTES));
            }
        }

        /** Its local modes, {@code c_lflag}. */
        public int local() {
            try (Scratch s = new Scratch()) {
                return Memory.getInt(s.bytes(termios) + LFLAG);
            }
        }

        /** The struct. */
        public byte[] bytes() {
            return termios.clone();
        }
    }
}
