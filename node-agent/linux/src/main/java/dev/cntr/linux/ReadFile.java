package dev.cntr.linux;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Reads small files whole, by descriptor. The files of /proc have no size: they are read up to their end. */
public final class ReadFile {
    private static final int CHUNK = 16 * 1024;

    private ReadFile() {}

    /** The bytes from the descriptor's position up to the end, read(2). */
    public static byte[] bytes(Fd file, String subject) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Scratch s = new Scratch()) {
            long buffer = s.allocate(CHUNK);
            Kernel kernel = Kernel.current();
            while (true) {
                long n = kernel.call(Syscall.READ, file.number(), buffer, CHUNK);
                if (n == Errno.EINTR.negative()) {
                    continue;
                }
                if (ErrnoException.check(n, Syscall.READ, subject) == 0) {
                    return out.toByteArray();
                }
                out.writeBytes(Memory.bytes(buffer, (int) n));
            }
        }
    }

    /** The bytes as UTF-8. */
    public static String text(Fd file, String subject) {
        return new String(bytes(file, subject), StandardCharsets.UTF_8);
    }
}
