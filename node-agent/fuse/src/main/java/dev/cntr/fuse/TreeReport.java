package dev.cntr.fuse;

import java.util.List;

/** What a served tree is doing, for the agent's log, a dry run, and metrics. Its text is one line for a log. */
public interface TreeReport {
    /** The {@link TreeProvider#name} of who serves it. */
    String provider();

    /** Which way file data goes, in one word fit for a metric's label: {@code passthrough}, {@code writeback}, {@code cached}, {@code bind}. */
    String way();

    /** What that choice rests on, in words; empty where there was none. */
    default String reason() {
        return "";
    }

    /** What was tried before and did not work, each {@code provider: reason}. */
    default List<String> passedOver() {
        return List.of();
    }
}
