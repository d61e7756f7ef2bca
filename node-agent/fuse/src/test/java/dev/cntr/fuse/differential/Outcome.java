package dev.cntr.fuse.differential;

import dev.cntr.linux.Errno;

/**
 * What a call gave.
 *
 * @param result the result of a call whose number means something, {@code ok}, or the name of the errno
 * @param detail what it read
 */
record Outcome(String result, String detail) {
    static Outcome of(long r) {
        return of(r, "");
    }

    static Outcome of(long r, String detail) {
        return r < 0 ? new Outcome(Errno.of(-r).name(), "") : new Outcome(Long.toString(r), detail);
    }

    /** Of a call whose result, where it succeeds, is a number of the process's own. */
    static Outcome ofDescriptor(long r) {
        return of(Math.min(r, 0));
    }

    /** Of a call on a slot that nothing is open in. */
    static final Outcome NOTHING_OPEN = new Outcome("nothing open", "");

    @Override
    public String toString() {
        return detail.isEmpty() ? result : result + " " + detail;
    }
}
