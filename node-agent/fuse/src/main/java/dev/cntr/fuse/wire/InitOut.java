package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;

/** {@code struct fuse_init_out}, the answer to {@link Opcode#INIT}. */
public final class InitOut {
    public static final int BYTES = 64;

    private static final int MAJOR = 0;
    private static final int MINOR = 4;
    private static final int MAX_READAHEAD = 8;
    private static final int FLAGS = 12;
    private static final int MAX_BACKGROUND = 16;
    private static final int CONGESTION_THRESHOLD = 18;
    private static final int MAX_WRITE = 20;
    private static final int TIME_GRANULARITY = 24;
    private static final int MAX_PAGES = 28;
    private static final int FLAGS2 = 32;
    private static final int MAX_STACK_DEPTH = 36;
    private static final int REQUEST_TIMEOUT = 40;

    private InitOut() {}

    public static void clear(long at) {
        Memory.clear(at, BYTES);
    }

    public static void major(long at, int value) {
        Memory.putInt(at + MAJOR, value);
    }

    public static void minor(long at, int value) {
        Memory.putInt(at + MINOR, value);
    }

    public static void maxReadahead(long at, int value) {
        Memory.putInt(at + MAX_READAHEAD, value);
    }

    public static void flags(long at, int value) {
        Memory.putInt(at + FLAGS, value);
    }

    /** How many asynchronous requests may wait. */
    public static void maxBackground(long at, int value) {
        Memory.putShort(at + MAX_BACKGROUND, value);
    }

    public static void congestionThreshold(long at, int value) {
        Memory.putShort(at + CONGESTION_THRESHOLD, value);
    }

    /** Bytes in one WRITE. */
    public static void maxWrite(long at, int value) {
        Memory.putInt(at + MAX_WRITE, value);
    }

    /** Nanoseconds. */
    public static void timeGranularity(long at, int value) {
        Memory.putInt(at + TIME_GRANULARITY, value);
    }

    /** Pages in one request. */
    public static void maxPages(long at, int value) {
        Memory.putShort(at + MAX_PAGES, value);
    }

    public static void flags2(long at, int value) {
        Memory.putInt(at + FLAGS2, value);
    }

    /** How deeply stacked a backing file system may be, plus one, for {@link InitFlag#FUSE_PASSTHROUGH}. */
    public static void maxStackDepth(long at, int value) {
        Memory.putInt(at + MAX_STACK_DEPTH, value);
    }

    public static void requestTimeout(long at, int value) {
        Memory.putShort(at + REQUEST_TIMEOUT, value);
    }
}
