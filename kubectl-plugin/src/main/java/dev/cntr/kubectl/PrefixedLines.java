package dev.cntr.kubectl;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Output of which each line begins with who wrote it, on a stream that several such share: lines come whole, as with {@code kubectl logs --prefix}. */
final class PrefixedLines extends OutputStream {
    /** A line that is longer comes in several. */
    private static final int LONGEST_LINE = 64 * 1024;

    private final byte[] prefix;
    private final OutputStream to;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /** @param to is not closed */
    PrefixedLines(String prefix, OutputStream to) {
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
        this.to = to;
    }

    @Override
    public synchronized void write(int b) throws IOException {
        line.write(b);
        if (b == '\n') {
            flushLine();
        } else if (line.size() == LONGEST_LINE) {
            line.write('\n');
            flushLine();
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    /** Ends a last line that has no end. */
    @Override
    public synchronized void close() throws IOException {
        if (line.size() > 0) {
            line.write('\n');
            flushLine();
        }
    }

    private void flushLine() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream(prefix.length + line.size());
        whole.write(prefix);
        line.writeTo(whole);
        line.reset();
        synchronized (to) {
            whole.writeTo(to);
            to.flush();
        }
    }
}
