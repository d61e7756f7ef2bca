package dev.cntr.fuse.wire;

/**
 * Flags {@code FOPEN_*} with which a server answers an open. They are not those of open(2), though some bits are the same.
 */
public final class OpenReply {
    /** Reads and writes go to the server; with {@link #PASSTHROUGH}, mmap(2) alone goes to the backing file. */
    public static final int DIRECT_IO = 1;
    /** What is cached of the file stays valid. */
    public static final int KEEP_CACHE = 1 << 1;

    public static final int NONSEEKABLE = 1 << 2;
    /** The kernel may cache the directory's listing. */
    public static final int CACHE_DIR = 1 << 3;

    public static final int STREAM = 1 << 4;
    /** No FLUSH at close(2). */
    public static final int NOFLUSH = 1 << 5;

    public static final int PARALLEL_DIRECT_WRITES = 1 << 6;
    /** Reads, writes and mmap(2) go to the backing file, without the server. */
    public static final int PASSTHROUGH = 1 << 7;

    private OpenReply() {}
}
