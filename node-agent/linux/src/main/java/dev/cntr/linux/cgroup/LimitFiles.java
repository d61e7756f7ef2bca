package dev.cntr.linux.cgroup;

import dev.cntr.linux.cgroup.CgroupLimits.Controller;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes limits to a new cgroup's files: {@code Documentation/admin-guide/cgroup-v1} and {@code cgroup-v2.rst} of Linux. Shares and weight of the CPU follow its
 * limit as the kubelet computes them.
 */
final class LimitFiles {
    private static final long PERIOD_MICROS = 100_000;
    private static final long MICROS_PER_MILLI_CPU = PERIOD_MICROS / 1000;
    private static final long SHARES_OF_A_CPU = 1024;
    private static final long LEAST_SHARES = 2;
    private static final long MOST_SHARES = 262_144;
    private static final long MOST_WEIGHT = 10_000;

    /** On v1 a new cpuset is empty, and takes nobody. */
    private static final List<String> CPUSET = List.of("cpuset.cpus", "cpuset.mems");

    /** On v2 one cgroup is for everything: what is not limited anew is limited as the neighbour is. */
    private static final List<String> UNIFIED = List.of(
            "cpuset.cpus",
            "cpuset.mems",
            "cpu.max",
            "cpu.weight",
            "memory.max",
            "memory.high",
            "memory.swap.max",
            "pids.max",
            "io.max");

    private final CgroupFiles own;
    private final CgroupFiles neighbour;
    private final CgroupLimits limits;

    /** @param neighbour whose limits hold where {@code limits} says nothing */
    LimitFiles(Path own, Path neighbour, CgroupLimits limits) {
        this.own = new CgroupFiles(own);
        this.neighbour = new CgroupFiles(neighbour);
        this.limits = limits;
    }

    void writeV1(Set<Controller> controllers) {
        copy(CPUSET);
        if (controllers.contains(Controller.CPU)) {
            limits.milliCpu().ifPresent(this::cpuV1);
        }
        if (controllers.contains(Controller.MEMORY)) {
            limits.memory().ifPresent(bytes -> {
                own.write("memory.limit_in_bytes", Long.toString(bytes));
                writeIfThere("memory.memsw.limit_in_bytes", Long.toString(bytes));
            });
        }
        if (controllers.contains(Controller.PIDS)) {
            limits.pids().ifPresent(pids -> own.write("pids.max", Long.toString(pids)));
        }
    }

    void writeV2() {
        copy(UNIFIED);
        limits.milliCpu().ifPresent(milli -> {
            controlled("cpu.max").write("cpu.max", milli * MICROS_PER_MILLI_CPU + " " + PERIOD_MICROS);
            own.write("cpu.weight", Long.toString(weight(shares(milli))));
        });
        limits.memory().ifPresent(bytes -> {
            controlled("memory.max").write("memory.max", Long.toString(bytes));
            own.write("memory.high", "max");
            writeIfThere("memory.swap.max", "0");
        });
        limits.pids().ifPresent(pids -> controlled("pids.max").write("pids.max", Long.toString(pids)));
    }

    private CgroupFiles controlled(String file) {
        if (!own.has(file)) {
            throw new CgroupException("there is no " + own.directory().resolve(file)
                    + ": the controller is not enabled in cgroup.subtree_control of "
                    + own.directory().getParent());
        }
        return own;
    }

    /** The kernel refuses a quota that is more than that of a cgroup above. */
    private void cpuV1(long milliCpu) {
        own.write("cpu.shares", Long.toString(shares(milliCpu)));
        own.write("cpu.cfs_period_us", Long.toString(PERIOD_MICROS));
        long wanted = milliCpu * MICROS_PER_MILLI_CPU;
        long quota = quotaAbove().map(above -> Math.min(above, wanted)).orElse(wanted);
        own.write("cpu.cfs_quota_us", Long.toString(quota));
    }

    /** Of the nearest cgroup above that has one, in microseconds of the period used here. */
    private Optional<Long> quotaAbove() {
        for (Path at = own.directory().getParent(); at != null; at = at.getParent()) {
            CgroupFiles above = new CgroupFiles(at);
            Optional<String> quota = above.read("cpu.cfs_quota_us");
            if (quota.isEmpty()) {
                return Optional.empty();
            }
            long micros = Long.parseLong(quota.get());
            if (micros > 0) {
                long period = above.read("cpu.cfs_period_us").map(Long::valueOf).orElse(PERIOD_MICROS);
                return Optional.of(micros * PERIOD_MICROS / period);
            }
        }
        return Optional.empty();
    }

    private void writeIfThere(String file, String value) {
        if (own.has(file)) {
            own.write(file, value);
        }
    }

    private void copy(List<String> files) {
        for (String file : files) {
            if (own.has(file)) {
                neighbour.read(file).stream().flatMap(String::lines).forEach(line -> own.write(file, line));
            }
        }
    }

    static long shares(long milliCpu) {
        return Math.clamp(milliCpu * SHARES_OF_A_CPU / 1000, LEAST_SHARES, MOST_SHARES);
    }

    /** As runc converts shares: 2 to 262144 onto 1 to 10000. */
    static long weight(long shares) {
        return 1 + (shares - LEAST_SHARES) * (MOST_WEIGHT - 1) / (MOST_SHARES - LEAST_SHARES);
    }
}
