package dev.cntr.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCodecTest {
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void framesComeOutAsTheyWentInHoweverTheBytesAreCut(
            @ForAll("frames") List<Frame> frames, @ForAll @IntRange(min = 1, max = 9) int cut) throws IOException {
        FrameReader reader = new FrameReader(inPiecesOf(cut, bytes(frames)));
        for (Frame frame : frames) {
            assertThat(reader.read()).isEqualTo(frame);
        }
        assertThat(reader.read()).isNull();
    }

    @Property(tries = 2000)
    void anyBytesAreFramesOrAnErrorAndNothingElse(@ForAll @Size(max = 200) byte[] bytes) {
        readsOrRefuses(bytes);
    }

    @Property(tries = 1000)
    void anyPayloadOfAKnownTypeIsAFrameOrAnError(
            @ForAll @IntRange(max = 16) int type, @ForAll @Size(max = 120) byte[] payload) {
        readsOrRefuses(frame(type, payload.length, payload));
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void aCutStreamEndsInsideAFrame(@ForAll("frames") List<Frame> frames) throws IOException {
        if (frames.isEmpty()) {
            return;
        }
        byte[] bytes = bytes(frames);
        FrameReader reader = new FrameReader(new ByteArrayInputStream(bytes, 0, bytes.length - 1));
        for (Frame frame : frames.subList(0, frames.size() - 1)) {
            assertThat(reader.read()).isEqualTo(frame);
        }
        assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {Frame.MAX_PAYLOAD + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void aTooLongFrameIsRefusedBeforeItsPayloadIsRead(int length) {
        FrameReader reader = new FrameReader(new ByteArrayInputStream(frame(4, length, new byte[0])));
        assertThatThrownBy(reader::read)
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("at most 65536 are allowed");
    }

    @ParameterizedTest
    @CsvSource({
        "0, ''",
        "14, ''",
        "15, 0001010000000000000000ff",
        "15, 000101ffffffffffffffff",
        "16, ''",
        "255, ''",
        "1, 0001",
        "1, 000100",
        "1, 000102",
        "1, 00010050001800",
        "2, 00",
        "3, 00",
        "4, 0000000000000000",
        "4, ffffffffffffffff61",
        "7, 030000000000000000",
        "7, 00ffffffffffffffff",
        "8, 005000",
        "9, 00",
        "9, 41",
        "10, 00",
        "11, 000000",
        "12, 00",
        "13, 0001",
        "13, 0001000561",
        "13, 00010001ff",
    })
    void aMalformedFrameIsRefused(int type, String payload) {
        byte[] bytes = HexFormat.of().parseHex(payload);
        FrameReader reader = new FrameReader(new ByteArrayInputStream(frame(type, bytes.length, bytes)));
        if (type == 1 && payload.equals("000100")) {
            assertThat(catchFrame(reader)).isEqualTo(new Frame.Accepted(1, false));
        } else {
            assertThatThrownBy(reader::read).isInstanceOf(ProtocolException.class);
        }
    }

    /** The numbers are the protocol: a client of another release must understand them. */
    @ParameterizedTest
    @CsvSource({
        "RESIZE, 080000000400500018",
        "SIGNAL, 090000000102",
        "EXIT, 0b0000000400000007",
        "CLOSE, 0a00000000",
        "STDIN, 040000000a00000000000000056869",
        "STDERR, 060000000a00000000000000056869",
        "ACK, 0700000009010000000000000005",
        "EXITACK, 0700000009ff0000000000000000",
        "HELLO, 010000000600010050" + "0018",
        "ACCEPTED, 0100000003000101",
        "DETACH, 0c00000000",
        "RESUME, 0e00000036000100500018"
                + "203f5e7d9cbbdaf91837567594b3d2f1102f4e6d8cabcae90827466584a3c2e1"
                + "00000000000000050000000000000006",
        "RESUMED, 0f0000000b0001010000000000000007",
        "ERROR, 0d0000000600050002686f"
    })
    void theBytesOnTheWireAreFixed(String name, String hex) throws IOException {
        Frame frame = switch (name) {
            case "RESIZE" -> new Frame.Resize(new WindowSize(80, 24));
            case "SIGNAL" -> new Frame.Signal(2);
            case "EXIT" -> new Frame.Exit(7);
            case "CLOSE" -> new Frame.CloseStdin();
            case "STDIN" -> new Frame.Data(StreamId.STDIN, 5, ByteBuffer.wrap(new byte[] {'h', 'i'}));
            case "STDERR" -> new Frame.Data(StreamId.STDERR, 5, ByteBuffer.wrap(new byte[] {'h', 'i'}));
            case "ACK" -> new Frame.Ack(StreamId.STDOUT, 5);
            case "EXITACK" -> new Frame.ExitReceived();
            case "HELLO" -> new Frame.Hello(1, new WindowSize(80, 24));
            case "ACCEPTED" -> new Frame.Accepted(1, true);
            case "RESUME" -> new Frame.Resume(1, new WindowSize(80, 24), pattern(32), 5, 6);
            case "RESUMED" -> new Frame.Resumed(1, true, 7);
            case "DETACH" -> new Frame.Detach();
            case "ERROR" -> new Frame.Error(ErrorCode.NOT_AUTHORIZED, "ho");
            default -> throw new IllegalArgumentException(name);
        };
        assertThat(HexFormat.of().formatHex(bytes(List.of(frame)))).isEqualTo(hex);
    }

    @Test
    void anErrorOfANewerPeerIsStillAnError() throws IOException {
        byte[] error = frame(13, 4, new byte[] {0x7f, 0, 0, 0});
        assertThat(new FrameReader(new ByteArrayInputStream(error)).read())
                .isEqualTo(new Frame.Error(ErrorCode.INTERNAL, ""));
    }

    @Provide
    Arbitrary<List<Frame>> frames() {
        Arbitrary<Integer> u16 = Arbitraries.integers().between(0, 0xffff);
        Arbitrary<WindowSize> size = Combinators.combine(u16, u16).as(WindowSize::new);
        Arbitrary<Long> offset = Arbitraries.longs().between(0, Long.MAX_VALUE);
        Arbitrary<StreamId> stream = Arbitraries.of(StreamId.values());
        Arbitrary<ByteBuffer> data = Arbitraries.of(1, 2, 100, 8192, Frame.MAX_DATA - 1, Frame.MAX_DATA)
                .map(FrameCodecTest::pattern);
        Arbitrary<String> uid = Arbitraries.strings().ofMaxLength(60);
        return Arbitraries.<Frame>oneOf(
                        Combinators.combine(u16, size).as(Frame.Hello::new),
                        Combinators.combine(u16, Arbitraries.of(true, false)).as(Frame.Accepted::new),
                        Combinators.combine(u16, size, offset, offset)
                                .as((version, its, out, err) -> new Frame.Resume(version, its, pattern(32), out, err)),
                        Combinators.combine(u16, Arbitraries.of(true, false), offset)
                                .as(Frame.Resumed::new),
                        Combinators.combine(uid, uid)
                                .as((s, p) -> new Frame.Challenge(pattern(32), wellFormed(s), wellFormed(p))),
                        Arbitraries.just(new Frame.Proof(pattern(32), pattern(64))),
                        Combinators.combine(stream, offset, data).as(Frame.Data::new),
                        Combinators.combine(stream, offset).as(Frame.Ack::new),
                        Arbitraries.of(new Frame.ExitReceived(), new Frame.CloseStdin(), new Frame.Detach()),
                        size.map(Frame.Resize::new),
                        Arbitraries.integers().between(1, 64).map(Frame.Signal::new),
                        Arbitraries.integers().map(Frame.Exit::new),
                        Combinators.combine(
                                        Arbitraries.of(ErrorCode.values()),
                                        Arbitraries.strings().ofMaxLength(5000))
                                .as((code, text) -> new Frame.Error(code, wellFormed(text))))
                .list()
                .ofMaxSize(6);
    }

    /** Without lone surrogates, which UTF-8 cannot carry. */
    private static String wellFormed(String text) {
        return text.codePoints()
                .filter(c -> c < 0xd800 || c > 0xdfff)
                .limit(60)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static ByteBuffer pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + length);
        }
        return ByteBuffer.wrap(bytes);
    }

    private static void readsOrRefuses(byte[] bytes) {
        FrameReader reader = new FrameReader(new ByteArrayInputStream(bytes));
        try {
            List<Frame> frames = new ArrayList<>();
            for (Frame frame = reader.read(); frame != null; frame = reader.read()) {
                frames.add(frame);
            }
            // What was understood is what it would be written as, so nothing has two readings.
            assertThat(bytes(frames).length).isEqualTo(bytes.length);
        } catch (ProtocolException | EOFException _) {
            // refused
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Frame catchFrame(FrameReader reader) {
        try {
            Frame frame = reader.read();
            return java.util.Objects.requireNonNull(frame);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] frame(int type, int length, byte[] payload) {
        return ByteBuffer.allocate(Frame.HEADER + payload.length)
                .put((byte) type)
                .putInt(length)
                .put(payload)
                .array();
    }

    private static byte[] bytes(List<Frame> frames) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FrameWriter writer = new FrameWriter(out);
        for (Frame frame : frames) {
            writer.write(frame);
        }
        return out.toByteArray();
    }

    private static InputStream inPiecesOf(int most, byte[] bytes) {
        return new InputStream() {
            private byte[] rest = bytes;

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                int count = Math.min(Math.min(rest.length > 5000 ? 4000 : most, length), rest.length);
                System.arraycopy(rest, 0, into, offset, count);
                rest = Arrays.copyOfRange(rest, count, rest.length);
                return count == 0 && length > 0 ? -1 : count;
            }
        };
    }
}
