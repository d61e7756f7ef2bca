package dev.cntr.kubectl.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

/** What follows the head of an answer: of a length that is told, in chunks, or all until the connection's end. */
final class Body extends InputStream {
    private static final int HEXADECIMAL = 16;

    private final Connection from;
    private final boolean chunked;
    private final boolean delimited;
    /** Of the body, or of the chunk. */
    private long left;

    private boolean ended;

    private Body(Connection from, boolean chunked, boolean delimited, long left) {
        this.from = from;
        this.chunked = chunked;
        this.delimited = delimited;
        this.left = left;
        this.ended = !chunked && left == 0;
    }

    static Body of(ResponseHead head, Connection from) throws IOException {
        if (head.status() == 204 || head.status() == 304) {
            return new Body(from, false, true, 0);
        }
        if (head.lists("transfer-encoding", "chunked")) {
            return new Body(from, true, true, 0);
        }
        String length = head.header("content-length");
        try {
            return length.isEmpty()
                    ? new Body(from, false, false, Long.MAX_VALUE)
                    : new Body(from, false, true, Long.parseUnsignedLong(length));
        } catch (NumberFormatException _) {
            throw new ProtocolException("the server tells no length: " + length);
        }
    }

    /** Whether all was read, and the connection is where the next answer begins. */
    boolean isComplete() {
        return ended && delimited;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (chunked && left == 0 && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int count = from.read(into, offset, (int) Math.min(length, left));
        if (count < 0) {
            if (delimited) {
                throw new EOFException("the server ended the connection in the middle of its answer");
            }
            ended = true;
            return -1;
        }
        left -= count;
        if (left == 0) {
            if (chunked) {
                endOfChunk();
            } else {
                ended = true;
            }
        }
        return count;
    }

    private void nextChunk() throws IOException {
        String line = from.line();
        int extension = line.indexOf(';');
        String size = extension < 0 ? line : line.substring(0, extension);
        try {
            left = Long.parseLong(size.strip(), HEXADECIMAL);
        } catch (NumberFormatException _) {
            throw new ProtocolException("the server tells no length of a chunk: " + line);
        }
        if (left < 0) {
            throw new ProtocolException("the server tells a chunk of " + line + " bytes");
        }
        if (left == 0) {
            ended = true;
            while (!from.line().isEmpty()) {
                // headers that follow the body tell nothing here
            }
        }
    }

    private void endOfChunk() throws IOException {
        String line = from.line();
        if (!line.isEmpty()) {
            throw new ProtocolException("a chunk is longer than the server told");
        }
    }
}
