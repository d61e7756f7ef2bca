package dev.cntr.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The running kernel through libc's syscall(2). There is one downcall handle for all calls: each further handle costs
 * milliseconds of start-up, a call through it nanoseconds.
 */
final class LinuxKernel implements Kernel {
    static final ThreadLocal<Kernel> CURRENT = ThreadLocal.withInitial(LinuxKernel::new);

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = handle();

    private final MemorySegment state = Arena.ofAuto().allocate(STATE);

    private static MethodHandle handle() {
        ValueLayout.OfLong word = ValueLayout.JAVA_LONG;
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(word, word, word, word, word, word, word, word),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(1));
    }

    @Override
    public long call(Syscall call, long a, long b, long c, long d, long e, long f) {
        long result;
        try {
            result = (long) SYSCALL.invokeExact(state, call.number, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw new AssertionError("syscall(2) cannot throw", t);
        }
        return result == -1 ? -(long) state.get(ValueLayout.JAVA_INT, ERRNO) : result;
    }
}
