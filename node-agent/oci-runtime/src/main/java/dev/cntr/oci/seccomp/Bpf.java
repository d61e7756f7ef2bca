package dev.cntr.oci.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A piece of classic BPF, {@code uapi/linux/filter.h}, as far as seccomp(2) takes it. Jumps are relative and forwards, so that
 * pieces can be put behind one another.
 */
final class Bpf {
    /** Offsets in {@code struct seccomp_data}. */
    static final int NUMBER = 0;

    static final int ARCHITECTURE = 4;
    private static final int ARGUMENTS = 16;

    private static final int LD_W_ABS = 0x20;
    private static final int AND_K = 0x54;
    private static final int JA = 0x05;
    private static final int JEQ_K = 0x15;
    private static final int JGT_K = 0x25;
    private static final int JGE_K = 0x35;
    private static final int RET_K = 0x06;
    private static final int INSTRUCTION = 8;
    /** How many instructions a conditional jump can pass over; JA can pass over all. */
    private static final int LONGEST_CONDITIONAL = 255;

    private record Instruction(int code, int ifTrue, int ifFalse, long k) {}

    private final List<Instruction> instructions = new ArrayList<>();

    int size() {
        return instructions.size();
    }

    Bpf load(int offset) {
        return add(LD_W_ABS, 0, 0, offset);
    }

    /** Loads half of an argument: the processors cntr runs on have the low one first. */
    Bpf loadArgument(int index, boolean high) {
        return load(ARGUMENTS + 8 * index + (high ? 4 : 0));
    }

    Bpf and(long k) {
        return add(AND_K, 0, 0, k);
    }

    Bpf give(long word) {
        return add(RET_K, 0, 0, word);
    }

    Bpf append(Bpf other) {
        instructions.addAll(other.instructions);
        return this;
    }

    /** Comes to a piece only where the word is {@code k}, else passes over it. */
    Bpf ifEqual(long k, Bpf then) {
        return guarded(JEQ_K, k, true, then);
    }

    Bpf ifNotEqual(long k, Bpf then) {
        return guarded(JEQ_K, k, false, then);
    }

    Bpf ifGreater(long k, Bpf then) {
        return guarded(JGT_K, k, true, then);
    }

    Bpf ifAtLeast(long k, Bpf then) {
        return guarded(JGE_K, k, true, then);
    }

    Bpf ifAtMost(long k, Bpf then) {
        return guarded(JGT_K, k, false, then);
    }

    Bpf ifLess(long k, Bpf then) {
        return guarded(JGE_K, k, false, then);
    }

    private Bpf guarded(int code, long k, boolean when, Bpf then) {
        int size = then.size();
        if (size <= LONGEST_CONDITIONAL) {
            add(code, when ? 0 : size, when ? size : 0, k);
        } else {
            add(code, when ? 1 : 0, when ? 0 : 1, k);
            add(JA, 0, 0, size);
        }
        return append(then);
    }

    private Bpf add(int code, int ifTrue, int ifFalse, long k) {
        instructions.add(new Instruction(code, ifTrue, ifFalse, k & 0xffffffffL));
        return this;
    }

    /** {@code struct sock_filter} after {@code struct sock_filter}. */
    byte[] bytes() {
        ByteBuffer b = ByteBuffer.allocate(size() * INSTRUCTION).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction i : instructions) {
            b.putShort((short) i.code)
                    .put((byte) i.ifTrue)
                    .put((byte) i.ifFalse)
                    .putInt((int) i.k);
        }
        return b.array();
    }
}
