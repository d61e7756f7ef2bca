package dev.cntr.agent.recording;

import java.time.Duration;

/**
 * How much a store may keep.
 *
 * @param total bytes of all recordings together
 * @param each bytes of one recording
 * @param age how long a finished one stays
 */
public record Bounds(long total, long each, Duration age) {
    /** 1 GiB in all, 64 MiB each, 30 days. */
    public static final Bounds DEFAULT = new Bounds(1L << 30, 64L << 20, Duration.ofDays(30));

    /** What is done about finished recordings when there is no room for another, or they are too old. */
    public enum Retention {
        /** The oldest go. */
        OLDEST_GO,
        /** They stay: each is the only copy of what belongs somewhere else. */
        ALL_STAY
    }

    public Bounds {
        if (total <= 0 || each <= 0 || each > total || age.isNegative()) {
            throw new IllegalArgumentException("a store of " + total + " bytes with recordings of " + each
                    + " bytes, kept for " + age + ": that is none");
        }
    }
}
