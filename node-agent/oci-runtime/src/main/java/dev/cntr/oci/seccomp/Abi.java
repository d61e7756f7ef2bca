package dev.cntr.oci.seccomp;

import dev.cntr.linux.Architecture;
import dev.cntr.oci.OciException;
import java.util.List;

/**
 * A set of system call numbers that a filter tells apart.
 *
 * @param scmp libseccomp's name
 * @param audit {@code AUDIT_ARCH_*} of {@code uapi/linux/audit.h}, in {@code struct seccomp_data}
 * @param column of the table of numbers
 * @param bit that is set in all of its numbers
 */
enum Abi {
    X86_64("SCMP_ARCH_X86_64", 0xc000003eL, 0, 0),
    X86("SCMP_ARCH_X86", 0x40000003L, 1, 0),
    X32("SCMP_ARCH_X32", 0xc000003eL, 2, 0x40000000L),
    AARCH64("SCMP_ARCH_AARCH64", 0xc00000b7L, 3, 0),
    ARM("SCMP_ARCH_ARM", 0x40000028L, 4, 0);

    /** Names of machines that cntr does not run on: never seen there, so that a filter need not know them. */
    private static final List<String> FOREIGN = List.of(
            "SCMP_ARCH_MIPS",
            "SCMP_ARCH_MIPS64",
            "SCMP_ARCH_MIPS64N32",
            "SCMP_ARCH_MIPSEL",
            "SCMP_ARCH_MIPSEL64",
            "SCMP_ARCH_MIPSEL64N32",
            "SCMP_ARCH_PPC",
            "SCMP_ARCH_PPC64",
            "SCMP_ARCH_PPC64LE",
            "SCMP_ARCH_S390",
            "SCMP_ARCH_S390X",
            "SCMP_ARCH_PARISC",
            "SCMP_ARCH_PARISC64",
            "SCMP_ARCH_RISCV64",
            "SCMP_ARCH_LOONGARCH64",
            "SCMP_ARCH_M68K",
            "SCMP_ARCH_SH",
            "SCMP_ARCH_SHEB");

    final String scmp;
    final long audit;
    final int column;
    final long bit;

    Abi(String scmp, long audit, int column, long bit) {
        this.scmp = scmp;
        this.audit = audit;
        this.column = column;
        this.bit = bit;
    }

    static Abi of(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> X86_64;
            case AARCH64 -> AARCH64;
        };
    }

    /** Whether programs of this kind run on a machine. */
    boolean runsOn(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> this == X86_64 || this == X86 || this == X32;
            case AARCH64 -> this == AARCH64 || this == ARM;
        };
    }

    /** Whether a name is one that libseccomp knows. */
    static boolean known(String name) {
        return FOREIGN.contains(name) || List.of(values()).stream().anyMatch(abi -> abi.scmp.equals(name));
    }

    static void check(String name) {
        if (!known(name)) {
            throw new OciException("config.json: linux.seccomp.architectures: " + name + " is no architecture");
        }
    }
}
