package dev.cntr.fuse.passthrough;

import dev.cntr.linux.Errno;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Which way file data goes, why, and how often it went otherwise. */
public final class DataPath {
    /** The ways there are. */
    public enum Way {
        /** Reads, writes and mmap(2) go from the kernel to the backing file. */
        PASSTHROUGH,
        /** Data goes through the server and the kernel's page cache of this file system; what is written at once. */
        CACHED,
        /** The same, but the kernel holds back what is written. */
        WRITEBACK;

        /** As a metric's label. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private volatile Way way;
    private volatile String reason;
    private final LongAdder passedThrough = new LongAdder();
    private final LongAdder cached = new LongAdder();
    private final Map<Errno, LongAdder> refusals = new EnumMap<>(Errno.class);

    DataPath(Way way, String reason) {
        this.way = way;
        this.reason = reason;
    }

    public Way way() {
        return way;
    }

    /** Adds why data does not go a better way. */
    public void insteadOf(String better) {
        reason = reason + "; " + better;
    }

    boolean holdsBackWrites() {
        return way == Way.WRITEBACK;
    }

    public boolean isPassthrough() {
        return way == Way.PASSTHROUGH;
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
            way = Way.CACHED;
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
        return way.label() + " (" + reason + "), opens: " + passedThrough() + " through, " + cached() + " cached"
                + (exceptions == null ? "" : exceptions);
    }
}
