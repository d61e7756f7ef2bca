package dev.cntr.linux.security;

import java.util.Arrays;

/**
 * A seccomp filter as seccomp(2) takes it: {@code struct sock_filter} after {@code struct sock_filter}, 8 bytes each, in
 * the machine's byte order.
 */
public final class SeccompFilter {
    /** The bytes of one instruction. */
    public static final int INSTRUCTION = 8;

    /** {@code BPF_MAXINSNS} of {@code uapi/linux/bpf_common.h}. */
    public static final int MAX_INSTRUCTIONS = 4096;

    private final byte[] program;

    public SeccompFilter(byte[] program) {
        if (program.length == 0 || program.length % INSTRUCTION != 0) {
            throw new IllegalArgumentException(
                    "a seccomp filter is a positive number of 8-byte instructions, not " + program.length + " bytes");
        }
        this.program = program.clone();
    }

    /** A copy of the bytes. */
    public byte[] program() {
        return program.clone();
    }

    public int instructions() {
        return program.length / INSTRUCTION;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof SeccompFilter f && Arrays.equals(program, f.program);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(program);
    }

    @Override
    public String toString() {
        return "seccomp filter of " + instructions() + " instructions";
    }
}
