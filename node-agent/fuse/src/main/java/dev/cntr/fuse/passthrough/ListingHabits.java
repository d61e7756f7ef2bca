package dev.cntr.fuse.passthrough;

/**
 * Which callers want the attributes of the files that they list: {@code ls -l} does, {@code find} by name does not, and to give
 * them all the same would be most of its time. Who looks up a file in a directory that was listed without them has them in all
 * further listings. What is wrong here costs time only; hence no lock.
 */
final class ListingHabits {
    private static final int SLOTS = 256;

    /** Threads that looked at files, at their number modulo the size. */
    private final int[] threads = new int[SLOTS];

    /**
     * A name has been looked up in a directory that was listed without attributes.
     *
     * @param thread the caller's thread id in the mount's pid namespace; 0 for one outside of it
     */
    void lookedAtFile(int thread) {
        threads[thread & SLOTS - 1] = thread;
    }

    boolean looksAtFiles(int thread) {
        return threads[thread & SLOTS - 1] == thread;
    }
}
