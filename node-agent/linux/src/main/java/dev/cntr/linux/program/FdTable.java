package dev.cntr.linux.program;

import dev.cntr.linux.Fd;
import java.util.Map;
import java.util.TreeMap;

/**
 * The descriptors a new process is to have: its numbers, and which of ours each one is a copy of. Our other descriptors
 * do not reach it as far as they are close-on-exec, which all of Java's and of {@link Fd} are.
 */
public final class FdTable {
    private final TreeMap<Integer, Integer> sources = new TreeMap<>();

    /** Gives the new process a descriptor. It stays open here too. */
    public FdTable put(int number, Fd source) {
        return put(number, source.number());
    }

    /** Gives the new process a descriptor by our number of it. */
    public FdTable put(int number, int source) {
        if (sources.putIfAbsent(number, source) != null) {
            throw new IllegalArgumentException("descriptor " + number + " is given twice");
        }
        return this;
    }

    Map<Integer, Integer> sources() {
        return sources;
    }
}
