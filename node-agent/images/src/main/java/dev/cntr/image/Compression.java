package dev.cntr.image;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.GZIPInputStream;

/** How the layers of an image may be packed: by gzip, by zstd, or not at all (image specification, layer.md). */
final class Compression {
    private static final int GZIP = 0x8b1f;
    private static final int BUFFER = 64 * 1024;

    private Compression() {}

    /**
     * What a layer packs, by the layer's first bytes: media types are not always true.
     *
     * @throws IOException when that is read: the layer is cut off, or not what its first bytes say
     */
    static InputStream unpacked(InputStream layer) throws IOException {
        byte[] first = layer.readNBytes(Integer.BYTES);
        InputStream whole = new SequenceInputStream(new ByteArrayInputStream(first), layer);
        if (first.length < Integer.BYTES) {
            return whole;
        }
        int magic = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if ((magic & 0xffff) == GZIP) {
            return new GZIPInputStream(whole, BUFFER);
        }
        return ZstdFrames.isMagic(magic) ? new Zstd(whole) : whole;
    }

    /** Tells of what is malformed as streams do, by an IOException. */
    private static final class Zstd extends FilterInputStream {
        Zstd(InputStream packed) {
            super(new ZstdInputStream(new ZstdFrames(packed)));
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            try {
                return super.read(to, offset, length);
            } catch (MalformedInputException | IndexOutOfBoundsException e) {
                throw new IOException("zstd: " + e.getMessage(), e);
            }
        }
    }
}
