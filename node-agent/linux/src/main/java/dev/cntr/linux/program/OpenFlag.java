package dev.cntr.linux.program;

import dev.cntr.linux.Architecture;

/**
 * The flags of open(2) whose values differ between architectures. Source: {@code include/uapi/asm-generic/fcntl.h} and
 * {@code arch/arm64/include/uapi/asm/fcntl.h} of Linux 6.18.
 */
public enum OpenFlag {
    DIRECT(0x4000, 0x10000),
    LARGEFILE(0x8000, 0x20000),
    DIRECTORY(0x10000, 0x4000),
    NOFOLLOW(0x20000, 0x8000);

    private final int x86;
    private final int arm;

    OpenFlag(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    /** The flag's bit on an architecture. */
    public int bit(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> x86;
            case AARCH64 -> arm;
        };
    }
}
