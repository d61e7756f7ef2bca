package dev.cntr.kubectl.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/** A byte stream both ways. One thread at a time reads, one writes, and any may close it. */
final class Connection implements AutoCloseable {
    private static final int LONGEST_LINE = 64 * 1024;

    private final Socket plain;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;
    private @Nullable Deadline deadline;
    private boolean bounded;
    private volatile boolean closed;

    /**
     * @param plain what is closed
     * @param socket what is spoken through: the same, or TLS over it
     */
    Connection(Socket plain, Socket socket) throws IOException {
        this.plain = plain;
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /** From now on reads end at that time; never where it is null. */
    void until(@Nullable Deadline time) {
        deadline = time;
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether Nagle's algorithm is off. */
    boolean sendsAtOnce() throws SocketException {
        return plain.getTcpNoDelay();
    }

    /**
     * The next byte, 0 to 255; -1 at the end.
     *
     * @throws java.net.SocketTimeoutException at the deadline
     */
    int read() throws IOException {
        return start == end && !fill() ? -1 : Byte.toUnsignedInt(buffer[start++]);
    }

    /** Some bytes, at least one; -1 at the end. */
    int read(byte[] into, int offset, int length) throws IOException {
        if (start == end) {
            if (length >= buffer.length) {
                return receive(into, offset, length);
            }
            if (!fill()) {
                return -1;
            }
        }
        int count = Math.min(length, end - start);
        System.arraycopy(buffer, start, into, offset, count);
        start += count;
        return count;
    }

    /** The next byte, which must come. */
    int demand() throws IOException {
        int next = read();
        if (next < 0) {
            throw new EOFException("the server ended the connection");
        }
        return next;
    }

    /**
     * A line without its end.
     *
     * @throws EOFException where there is no whole one
     */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = demand(); next != '\n'; next = demand()) {
            if (line.length() == LONGEST_LINE) {
                throw new IOException("the server's answer has a line of more than " + LONGEST_LINE + " bytes");
            }
            line.append((char) next);
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }

    private boolean fill() throws IOException {
        start = 0;
        end = Math.max(0, receive(buffer, 0, buffer.length));
        return end > 0;
    }

    private int receive(byte[] into, int offset, int length) throws IOException {
        Deadline until = deadline;
        if (until != null || bounded) {
            socket.setSoTimeout(until == null ? 0 : until.millisLeft());
            bounded = until != null;
        }
        return in.read(into, offset, length);
    }

    void write(byte[] bytes) throws IOException {
        write(bytes, bytes.length);
    }

    /** Writes the first {@code length} bytes, and returns when the socket has taken them. */
    void write(byte[] bytes, int length) throws IOException {
        out.write(bytes, 0, length);
        out.flush();
    }

    /** Writes text of one byte a character. */
    void write(String text) throws IOException {
        write(text.getBytes(ISO_8859_1));
    }

    /** Ends every read and write that waits. Beneath TLS, whose own goodbye may wait for the other side. */
    @Override
    public void close() {
        closed = true;
        try {
            plain.close();
        } catch (IOException _) {
            // It is given up in any case.
        }
    }
}
