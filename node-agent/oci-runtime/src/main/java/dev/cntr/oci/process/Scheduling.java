package dev.cntr.oci.process;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Step;
import java.util.Arrays;

/** When and where a process runs: policy, priority and nice value (sched(7)), its CPUs, and its I/O priority (ioprio_set(2)). */
public final class Scheduling {
    /** {@code struct sched_attr} up to the utilization clamps, {@code uapi/linux/sched/types.h}. */
    private static final int SIZEOF_SCHED_ATTR = 56;

    private static final int POLICY = 4;
    private static final int NICE = 16;
    /** For 8192 CPUs, which is the most that kernels are built for. */
    private static final int CPU_MASK = 1024;

    private static final int IOPRIO_WHO_PROCESS = 1;

    private final byte[] attributes;
    private final byte[] cpus;
    private final int policy;
    private final int nice;
    private final long ioPriority;

    private Scheduling(byte[] attributes, byte[] cpus, int policy, int nice, long ioPriority) {
        this.attributes = attributes;
        this.cpus = cpus;
        this.policy = policy;
        this.nice = nice;
        this.ioPriority = ioPriority;
    }

    /** That of a process's main thread: sched_getattr(2), sched_getaffinity(2), ioprio_get(2). */
    public static Scheduling of(int pid) {
        try (Scratch s = new Scratch()) {
            long attributes = s.allocate(SIZEOF_SCHED_ATTR);
            call(Syscall.SCHED_GETATTR, pid, pid, attributes, SIZEOF_SCHED_ATTR, 0);
            long mask = s.allocate(CPU_MASK);
            int used = (int) call(Syscall.SCHED_GETAFFINITY, pid, pid, CPU_MASK, mask);
            return new Scheduling(
                    Memory.bytes(attributes, SIZEOF_SCHED_ATTR),
                    Memory.bytes(mask, used),
                    Memory.getInt(attributes + POLICY),
                    Memory.getInt(attributes + NICE),
                    call(Syscall.IOPRIO_GET, pid, IOPRIO_WHO_PROCESS, pid));
        }
    }

    private static long call(Syscall call, int pid, long... arguments) {
        long[] a = Arrays.copyOf(arguments, 4);
        return ErrnoException.check(
                Kernel.current().call(call, a[0], a[1], a[2], a[3]), call, "the scheduling of process " + pid);
    }

    /** Adds the steps that give it to the process itself. */
    void emit(Assembler a, boolean lenient) {
        step(a.call("CPUs", Syscall.SCHED_SETAFFINITY, 0, cpus.length, a.bytes(cpus)), lenient);
        step(a.call("scheduling", Syscall.SCHED_SETATTR, 0, a.bytes(attributes), 0), lenient);
        step(a.call("I/O priority", Syscall.IOPRIO_SET, IOPRIO_WHO_PROCESS, 0, ioPriority), lenient);
    }

    private static void step(Step step, boolean lenient) {
        if (lenient) {
            step.ignoringErrors();
        }
    }

    @Override
    public String toString() {
        String name = switch (policy) {
            case 0 -> "normal";
            case 1 -> "FIFO";
            case 2 -> "round robin";
            case 3 -> "batch";
            case 5 -> "idle";
            case 6 -> "deadline";
            default -> "policy " + policy;
        };
        return name + ", nice " + nice;
    }
}
