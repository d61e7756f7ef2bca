package dev.cntr.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Zeroed native memory for the arguments of a few system calls, freed at {@link #close} by the thread that made it. */
public final class Scratch implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();

    /** Room for a struct, aligned to 8 bytes. */
    public long allocate(long bytes) {
        return allocate(bytes, 8);
    }

    public long allocate(long bytes, long alignment) {
        return arena.allocate(bytes, alignment).address();
    }

    /** A zero-terminated string in UTF-8. */
    public long string(String s) {
        return bytes(s.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes, followed by a zero. */
    public long bytes(byte[] b) {
        MemorySegment m = arena.allocate(b.length + 1L, 8);
        MemorySegment.copy(b, 0, m, ValueLayout.JAVA_BYTE, 0, b.length);
        return m.address();
    }

    public long longs(long... values) {
        return arena.allocateFrom(ValueLayout.JAVA_LONG, values).address();
    }

    public long ints(int... values) {
        return arena.allocateFrom(ValueLayout.JAVA_INT, values).address();
    }

    /** A null-terminated array of strings, as execve(2) takes it. */
    public long strings(List<String> strings) {
        long[] pointers = new long[strings.size() + 1];
        for (int i = 0; i < strings.size(); i++) {
            pointers[i] = string(strings.get(i));
        }
        return longs(pointers);
    }

    @Override
    public void close() {
        arena.close();
    }
}
