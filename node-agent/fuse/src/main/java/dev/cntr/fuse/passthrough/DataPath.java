package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Errno;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Which way file data goes, why, and how often it went otherwise. */
public final class DataPath {
    private volatile boolean passthrough;
    private volatile String reason;
    private final LongAdder passedThrough = new LongAdder();
    private final LongAdder cached = new LongAdder();
    private final Map<Errno, LongAdder> refusals = new EnumMap<>(Errno.class);

    private DataPath(boolean passthrough, String reason) {
        this.passthrough = passthrough;
        this.reason = reason;
    }

    /** Reads, writes and mmap(2) go from the kernel to the backing file. */
    static DataPath passthrough(String reason) {
        return new DataPath(true, reason);
    }

    /** Data goes through the server and the kernel's page cache of this file system. */
    static DataPath cached(String reason) {
        return new DataPath(false, reason);
    }

    public boolean isPassthrough() {
        return passthrough;
    }

    /** What the choice rests on. */
    public String reason() {
        return reason;
    }

    void opened(boolean through) {
        (through ? passedThrough : cached).increment();
    }

    /** The kernel did not take a file. What concerns all files of the tree is not tried again. */
    void refused(Errno errno) {
        synchronized (refusals) {
            refusals.computeIfAbsent(errno, ignored -> new LongAdder()).increment();
        }
        if (errno == Errno.EPERM || errno == Errno.ELOOP) {
            reason = explain(errno);
            passthrough = false;
        }
    }

    static String explain(Errno refusal) {
        return switch (refusal) {
            case ELOOP -> "the tree's file system is stacked too deeply (ELOOP)";
            case EPERM -> "the kernel turned passthrough off, or CAP_SYS_ADMIN is missing (EPERM)";
            default -> "the kernel refused passthrough: " + refusal.text() + " (" + refusal + ")";
        };
    }

    /** How many opens went to the backing file. */
    public long passedThrough() {
        return passedThrough.sum();
    }

    /** How many opens went through the page cache. */
    public long cached() {
        return cached.sum();
    }

    /** How often the kernel refused passthrough for a file, and with what. */
    public Map<Errno, Long> refusals() {
        Map<Errno, Long> copy = new EnumMap<>(Errno.class);
        synchronized (refusals) {
            refusals.forEach((errno, n) -> copy.put(errno, n.sum()));
        }
        return copy;
    }

    @Override
    public String toString() {
        Map<Errno, Long> refused = refusals();
        @Nullable String exceptions = refused.isEmpty() ? null : ", refused for " + refused;
        return (passthrough ? "passthrough" : "cached") + " (" + reason + "), opens: " + passedThrough() + " through, "
                + cached() + " cached" + (exceptions == null ? "" : exceptions);
    }
}
