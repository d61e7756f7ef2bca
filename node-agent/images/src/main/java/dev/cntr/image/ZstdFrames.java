package dev.cntr.image;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The frames of a stream of zstd that hold data. Skippable frames, in which zstd:chunked (podman's) and others keep a table of contents, are left out: the decoder
 * does not know them. Formats: RFC 8878, section 3.1.
 */
final class ZstdFrames extends FilterInputStream {
    private static final int DATA = 0xFD2FB528;
    private static final int SKIPPABLE = 0x184D2A50; // and the fifteen that follow
    private static final int LONGEST_HEADER = 14;

    private enum Next {
        FRAME,
        BLOCK,
        CHECKSUM
    }

    private Next next = Next.FRAME;
    private boolean checksum;
    /** Of a header that was read and is not yet given on. */
    private ByteBuffer header = ByteBuffer.allocate(0);
    /** Bytes that follow the header and are given on as they are. */
    private int content;

    ZstdFrames(InputStream in) {
        super(in);
    }

    /** Whether a stream that begins with these four bytes (little-endian) is one of zstd. */
    static boolean isMagic(int magic) {
        return magic == DATA || isSkippable(magic);
    }

    private static boolean isSkippable(int magic) {
        return (magic & ~0xf) == SKIPPABLE;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!header.hasRemaining() && content == 0) {
            if (!readHeader()) {
                return -1;
            }
        }
        if (header.hasRemaining()) {
            int n = Math.min(length, header.remaining());
            header.get(to, offset, n);
            return n;
        }
        int n = in.read(to, offset, Math.min(length, content));
        if (n < 0) {
            throw new EOFException("zstd: cut off in a block");
        }
        content -= n;
        return n;
    }

    /** Whether there was one. */
    private boolean readHeader() throws IOException {
        switch (next) {
            case FRAME -> {
                return readFrameHeader();
            }
            case BLOCK -> readBlockHeader();
            case CHECKSUM -> {
                content = Integer.BYTES;
                next = Next.FRAME;
            }
        }
        return true;
    }

    private boolean readFrameHeader() throws IOException {
        byte[] magic = in.readNBytes(Integer.BYTES);
        if (magic.length == 0) {
            return false;
        }
        int value = little(complete(magic, Integer.BYTES));
        if (isSkippable(value)) {
            in.skipNBytes(Integer.toUnsignedLong(little(exactly(Integer.BYTES))));
            return true;
        }
        if (value != DATA) {
            throw new IOException("zstd: no frame where one should begin");
        }
        int descriptor = exactly(1)[0];
        boolean oneSegment = (descriptor & 0x20) != 0;
        checksum = (descriptor & 0x04) != 0;
        int dictionary = new int[] {0, 1, 2, 4}[descriptor & 3];
        int size = new int[] {oneSegment ? 1 : 0, 2, 4, 8}[descriptor >> 6 & 3];
        header = ByteBuffer.allocate(Integer.BYTES + LONGEST_HEADER)
                .put(magic)
                .put((byte) descriptor)
                .put(exactly((oneSegment ? 0 : 1) + dictionary + size))
                .flip();
        next = Next.BLOCK;
        return true;
    }

    private void readBlockHeader() throws IOException {
        byte[] block = exactly(3);
        int value = (block[0] & 0xff) | (block[1] & 0xff) << 8 | (block[2] & 0xff) << 16;
        boolean last = (value & 1) != 0;
        boolean repeated = (value >> 1 & 3) == 1; // one byte, so and so many times
        header = ByteBuffer.wrap(block);
        content = repeated ? 1 : value >> 3;
        if (last) {
            next = checksum ? Next.CHECKSUM : Next.FRAME;
        }
    }

    private static int little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    private byte[] exactly(int length) throws IOException {
        return complete(in.readNBytes(length), length);
    }

    private static byte[] complete(byte[] bytes, int length) throws EOFException {
        if (bytes.length < length) {
            throw new EOFException("zstd: cut off in a header");
        }
        return bytes;
    }
}
