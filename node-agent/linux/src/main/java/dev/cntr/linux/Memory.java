package dev.cntr.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Native memory by address, as the kernel sees it: no bounds, no life time. For the hot paths (the FUSE server) and for
 * what must outlive a call; everything else takes a {@link Scratch}.
 *
 * <p>Words are read and written through buffers that each show a window of the address space. A {@link MemorySegment} does it
 * by method handles, which every process would have to generate anew.
 */
public final class Memory {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final MemorySegment ZEROS = Arena.global().allocate(512);

    private static final int WINDOW_BITS = 30;
    private static final long IN_WINDOW = (1L << WINDOW_BITS) - 1;
    /** Windows overlap by so much, so that a word never lies in two halves. */
    private static final int OVERLAP = Long.BYTES;

    private static final int KEPT = 256;
    private static final @Nullable Window[] WINDOWS = new @Nullable Window[KEPT];

    private Memory() {}

    /** A part of the address space: as many bytes from {@code number} times its size. */
    private record Window(long number, ByteBuffer bytes) {}

    private static ByteBuffer window(long address) {
        long number = address >>> WINDOW_BITS;
        Window kept = WINDOWS[(int) number & KEPT - 1];
        return kept != null && kept.number == number ? kept.bytes : open(number);
    }

    private static ByteBuffer open(long number) {
        ByteBuffer bytes = view(number << WINDOW_BITS, (1L << WINDOW_BITS) + OVERLAP);
        WINDOWS[(int) number & KEPT - 1] = new Window(number, bytes);
        return bytes;
    }

    private static int offset(long address) {
        return (int) (address & IN_WINDOW);
    }

    public static byte getByte(long address) {
        return window(address).get(offset(address));
    }

    public static int getShort(long address) {
        return window(address).getShort(offset(address)) & 0xffff;
    }

    public static int getInt(long address) {
        return window(address).getInt(offset(address));
    }

    public static long getLong(long address) {
        return window(address).getLong(offset(address));
    }

    public static void putByte(long address, int value) {
        window(address).put(offset(address), (byte) value);
    }

    public static void putShort(long address, int value) {
        window(address).putShort(offset(address), (short) value);
    }

    public static void putInt(long address, int value) {
        window(address).putInt(offset(address), value);
    }

    public static void putLong(long address, long value) {
        window(address).putLong(offset(address), value);
    }

    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    public static void copy(byte[] from, int offset, long to, int bytes) {
        view(to, bytes).put(from, offset, bytes);
    }

    public static void copy(long from, byte[] to, int offset, int bytes) {
        view(from, bytes).get(to, offset, bytes);
    }

    public static byte[] bytes(long address, int length) {
        byte[] b = new byte[length];
        copy(address, b, 0, length);
        return b;
    }

    public static void clear(long address, long bytes) {
        // not fill(), which belongs to a slice: an object for each call where the JIT compiler is C1
        for (long at = 0; at < bytes; at += ZEROS.byteSize()) {
            MemorySegment.copy(ZEROS, 0, ALL, address + at, Math.min(bytes - at, ZEROS.byteSize()));
        }
    }

    /** The length of a zero-terminated string, without the zero. */
    public static long stringLength(long address) {
        long end = address;
        while ((end & 7) != 0) {
            if (getByte(end) == 0) {
                return end - address;
            }
            end++;
        }
        // an aligned word is in one page: none is touched that the string does not reach
        long zeros = zeroBytes(getLong(end));
        while (zeros == 0) {
            end += 8;
            zeros = zeroBytes(getLong(end));
        }
        return end - address + Long.numberOfTrailingZeros(zeros) / 8;
    }

    /** Has the highest bit of the lowest zero byte of a word set, and no bit below it; 0 where no byte is zero. */
    private static long zeroBytes(long word) {
        return (word - 0x0101010101010101L) & ~word & 0x8080808080808080L;
    }

    /** A zero-terminated string, read as UTF-8. */
    public static String string(long address) {
        return new String(bytes(address, (int) stringLength(address)), StandardCharsets.UTF_8);
    }

    /** A view of memory in the machine's (little-endian) byte order. The memory must outlive the view. */
    public static ByteBuffer view(long address, long bytes) {
        return ALL.asSlice(address, bytes).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Memory that is never freed: for tables and buffers that live as long as the program. Zeroed. */
    public static long allocateForever(long bytes, long alignment) {
        return Arena.global().allocate(bytes, alignment).address();
    }
}
