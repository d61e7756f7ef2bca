package dev.cntr.fuse.passthrough;

import java.time.Duration;

/**
 * How long the kernel may go by what it has been told, in whole seconds.
 *
 * @param entry that a name leads to a node
 * @param attributes of a node
 * @param negative that there is no such name; zero: it asks each time
 */
public record Timeouts(Duration entry, Duration attributes, Duration negative) {
    public Timeouts {
        if (entry.isNegative() || attributes.isNegative() || negative.isNegative()) {
            throw new IllegalArgumentException(
                    "a time-out is negative: " + entry + ", " + attributes + ", " + negative);
        }
    }
}
