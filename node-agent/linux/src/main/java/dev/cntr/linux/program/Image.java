package dev.cntr.linux.program;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The memory of a program in the making: what lies where, and how to call it when the program is printed. */
final class Image {
    private static final int LONGEST_NAME = 80;

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final Map<String, Long> strings = new HashMap<>();
    private final TreeMap<Long, String> names = new TreeMap<>();
    private long bufferBytes;

    /** Appends bytes at the next multiple of eight, and gives their address. */
    long put(byte[] bytes, String name) {
        while (data.size() % 8 != 0) {
            data.write(0);
        }
        long address = Interpreter.BASE + data.size();
        data.writeBytes(bytes);
        names.put(address, name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name);
        return address;
    }

    long string(String s) {
        return strings.computeIfAbsent(s, k -> {
            byte[] utf8 = k.getBytes(StandardCharsets.UTF_8);
            return put(Arrays.copyOf(utf8, utf8.length + 1), quoted(k));
        });
    }

    long longs(long... values) {
        ByteBuffer b = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        b.asLongBuffer().put(values);
        return put(b.array(), "&" + Arrays.toString(values));
    }

    long ints(int... values) {
        ByteBuffer b = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        b.asIntBuffer().put(values);
        return put(b.array(), "&" + Arrays.toString(values));
    }

    long strings(List<String> values) {
        ByteBuffer pointers = ByteBuffer.allocate(8 * (values.size() + 1)).order(ByteOrder.LITTLE_ENDIAN);
        for (String value : values) {
            pointers.putLong(string(value));
        }
        return put(pointers.array(), values.stream().map(Image::quoted).collect(Collectors.joining(", ", "&{", "}")));
    }

    long byteStrings(List<byte[]> values) {
        ByteBuffer pointers = ByteBuffer.allocate(8 * (values.size() + 1)).order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] value : values) {
            pointers.putLong(put(Arrays.copyOf(value, value.length + 1), "&bytes[" + value.length + "]"));
        }
        return put(pointers.array(), "&strings[" + values.size() + "]");
    }

    long buffer(long bytes) {
        long address = ElfWriter.BUFFERS + bufferBytes;
        names.put(address, "&buffer[" + bytes + "]");
        bufferBytes += (bytes + 15) & ~15L;
        return address;
    }

    byte[] bytes() {
        return data.toByteArray();
    }

    long bufferBytes() {
        return bufferBytes;
    }

    TreeMap<Long, String> names() {
        return new TreeMap<>(names);
    }

    private static String quoted(String s) {
        return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
