package dev.cntr.linux;

import java.lang.foreign.Arena;
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
        long address = allocate(b.length + 1L);
        Memory.copy(b, 0, address, b.length);
        return address;
    }

    public long longs(long... values) {
        long address = allocate((long) Long.BYTES * values.length);
        for (int i = 0; i < values.length; i++) {
            Memory.putLong(address + (long) Long.BYTES * i, values[i]);
        }
        return address;
    }

    public long ints(int... values) {
        long address = allocate((long) Integer.BYTES * values.length);
        for (int i = 0; i < values.length; i++) {
            Memory.putInt(address + (long) Integer.BYTES * i, values[i]);
        }
        return address;
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
