package dev.cntr.oci.seccomp;

import dev.cntr.linux.security.SeccompFilter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Runs a seccomp filter on one call as the kernel does, and refuses what the kernel refuses. */
final class BpfInterpreter {
    private BpfInterpreter() {}

    static long run(SeccompFilter filter, long audit, long number, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt((int) number).putInt((int) audit).putLong(0);
        for (long argument : arguments) {
            data.putLong(argument);
        }
        ByteBuffer code = ByteBuffer.wrap(filter.program()).order(ByteOrder.LITTLE_ENDIAN);
        long a = 0;
        for (int pc = 0; pc < filter.instructions(); pc++) {
            int at = pc * SeccompFilter.INSTRUCTION;
            int ifTrue = code.get(at + 2) & 0xff;
            int ifFalse = code.get(at + 3) & 0xff;
            long k = code.getInt(at + 4) & 0xffffffffL;
            switch (code.getShort(at)) {
                case 0x20 -> a = data.getInt((int) k) & 0xffffffffL;
                case 0x54 -> a &= k;
                case 0x05 -> pc += (int) k;
                case 0x15 -> pc += a == k ? ifTrue : ifFalse;
                case 0x25 -> pc += a > k ? ifTrue : ifFalse;
                case 0x35 -> pc += a >= k ? ifTrue : ifFalse;
                case 0x06 -> {
                    return k;
                }
                default -> throw new AssertionError("instruction " + Integer.toHexString(code.getShort(at)));
            }
        }
        throw new AssertionError("the filter runs off its end");
    }
}
