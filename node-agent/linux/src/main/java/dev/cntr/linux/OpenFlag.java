package dev.cntr.linux;

/**
 * Flags of open(2), under their kernel names. Some differ between architectures: {@code uapi/asm-generic/fcntl.h} and
 * {@code arch/arm64/include/uapi/asm/fcntl.h}.
 */
public enum OpenFlag {
    O_RDONLY(0),
    O_WRONLY(1),
    O_RDWR(2),
    O_CREAT(0x40),
    O_EXCL(0x80),
    O_NOCTTY(0x100),
    O_TRUNC(0x200),
    O_APPEND(0x400),
    O_NONBLOCK(0x800),
    O_DIRECT(0x4000, 0x10000),
    O_DIRECTORY(0x10000, 0x4000),
    O_NOFOLLOW(0x20000, 0x8000),
    O_CLOEXEC(0x80000),
    O_PATH(0x200000);

    private final int x86;
    private final int arm;

    OpenFlag(int bits) {
        this(bits, bits);
    }

    OpenFlag(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    /** The value on an architecture, for a program that is to run there. */
    public int bits(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> x86;
            case AARCH64 -> arm;
        };
    }

    /** The flags in one word, for a call on the running architecture. */
    public static int bits(OpenFlag... flags) {
        int bits = 0;
        for (OpenFlag f : flags) {
            bits |= f.bits(Architecture.current());
        }
        return bits;
    }
}
