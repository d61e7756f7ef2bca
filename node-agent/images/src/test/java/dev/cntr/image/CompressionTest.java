package dev.cntr.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompressionTest {
    /** What zstd 1.5.4 wrote, with a checksum. */
    private static final String HELLO = "28b52ffd04686d00003868656c6c6f200a0100a94b111a4872ab";
    /** What zstd 1.5.4 wrote of 300,000 zeros: blocks of one byte that is repeated. */
    private static final String ZEROS = "28b52ffd00585400001000000100fbff39c00202001000039f0400";
    /** Four bytes that nobody reads. */
    private static final String SKIPPABLE = "5d2a4d1804000000" + "01020304";

    private static byte[] bytes(String... hex) {
        return HexFormat.of().parseHex(String.join("", hex));
    }

    private static byte[] unpacked(byte[] packed) throws IOException {
        try (InputStream in = Compression.unpacked(new ByteArrayInputStream(packed))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int b = in.read(); b >= 0; b = in.read()) {
                out.write(b);
                out.write(in.readNBytes(1000));
            }
            return out.toByteArray();
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatIsNotPackedIsAsItIs() throws IOException {
        for (int length : new int[] {0, 1, 3, 4, 1000}) {
            assertThat(unpacked(random(length))).isEqualTo(random(length));
        }
    }

    @Test
    void gzipAndZstdAreKnownByTheirFirstBytes() throws IOException {
        assertThat(unpacked(TestImage.gzip(random(200_000)))).isEqualTo(random(200_000));
        assertThat(unpacked(TestImage.zstd(random(200_000)))).isEqualTo(random(200_000));
        assertThat(unpacked(bytes(HELLO))).asString(US_ASCII).isEqualTo("hello hello hello hello hello\n");
        assertThat(unpacked(bytes(ZEROS))).isEqualTo(new byte[300_000]);
    }

    @Test
    void framesOfZstdFollowEachOtherAndSkippableOnesAreSkipped() throws IOException {
        assertThat(unpacked(bytes(SKIPPABLE, HELLO, SKIPPABLE, SKIPPABLE, HELLO, SKIPPABLE)))
                .asString(US_ASCII)
                .isEqualTo("hello hello hello hello hello\n".repeat(2));
    }

    @Test
    void aStreamThatIsCutOffIsNoShorterOne() {
        byte[] whole = bytes(SKIPPABLE, HELLO);
        for (int length = Integer.BYTES; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> unpacked(cut)).as("the first %d", length).isInstanceOf(IOException.class);
        }
    }

    /** Whatever byte is wrong: an exception that is expected, or other content, which the digest of the layer tells. */
    @Test
    void aBrokenStreamIsToldByAnIoException() {
        byte[] good = bytes(HELLO);
        for (int at = Integer.BYTES; at < good.length; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] broken = good.clone();
                broken[at] ^= (byte) (1 << bit);
                try {
                    assertThat(unpacked(broken).length).isLessThan(1 << 20);
                } catch (IOException e) {
                    assertThat(e).hasMessageNotContaining("null");
                }
            }
        }
        assertThatThrownBy(() -> unpacked(bytes(HELLO, "00112233445566")))
                .isInstanceOf(IOException.class)
                .hasMessage("zstd: no frame where one should begin");
    }
}
