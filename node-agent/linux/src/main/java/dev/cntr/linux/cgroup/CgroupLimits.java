package dev.cntr.linux.cgroup;

import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the processes of a cgroup may use together. What is empty is not said here.
 *
 * @param milliCpu thousandths of a CPU's time; at least {@link #LEAST_MILLI_CPU}
 * @param memory bytes, with what the processes have cached; nothing of it may be swapped
 * @param pids how many processes and threads
 */
public record CgroupLimits(OptionalLong milliCpu, OptionalLong memory, OptionalLong pids) {
    /** The kernel refuses a quota of less than a millisecond in 100 ms. */
    public static final int LEAST_MILLI_CPU = 10;

    /** A controller of cgroups(7) that limits one of these. */
    enum Controller {
        CPU,
        MEMORY,
        PIDS;

        /** As the kernel names it. */
        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public CgroupLimits {
        if (milliCpu.isPresent() && milliCpu.getAsLong() < LEAST_MILLI_CPU) {
            throw new IllegalArgumentException(milliCpu.getAsLong() + " thousandths of a CPU are too little: at least "
                    + LEAST_MILLI_CPU + " are needed");
        }
    }

    /** The controllers of what is said. */
    Set<Controller> controllers() {
        Set<Controller> said = EnumSet.noneOf(Controller.class);
        if (milliCpu.isPresent()) {
            said.add(Controller.CPU);
        }
        if (memory.isPresent()) {
            said.add(Controller.MEMORY);
        }
        if (pids.isPresent()) {
            said.add(Controller.PIDS);
        }
        return said;
    }
}
