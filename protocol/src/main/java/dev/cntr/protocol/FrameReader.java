package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames from a byte stream that may be hostile. It holds one buffer of the largest frame, refuses any longer length
 * before it reads on, and takes nothing on trust. For one thread.
 */
public final class FrameReader {
    private final InputStream in;
    private final byte[] buffer = new byte[Frame.HEADER + Frame.MAX_PAYLOAD];
    private int start;
    private int end;

    public FrameReader(InputStream in) {
        this.in = in;
    }

    /**
     * Waits for the next frame.
     *
     * @return null at the end of the stream, if that lies between two frames
     * @throws EOFException when the stream ends inside a frame
     * @throws IOException when the stream fails
     * @throws ProtocolException when the bytes are not a frame
     */
    public @Nullable Frame read() throws IOException {
        if (!fill(Frame.HEADER)) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(buffer, start, Frame.HEADER);
        FrameType type = FrameType.of(Byte.toUnsignedInt(header.get()));
        int length = header.getInt();
        if (length < 0 || length > Frame.MAX_PAYLOAD) {
            throw ProtocolException.violation("a frame " + type + " of " + Integer.toUnsignedLong(length)
                    + " bytes; at most " + Frame.MAX_PAYLOAD + " are allowed");
        }
        fill(Frame.HEADER + length);
        ByteBuffer payload = ByteBuffer.wrap(buffer, start + Frame.HEADER, length);
        start += Frame.HEADER + length;
        try {
            Frame frame = decode(type, payload);
            if (payload.hasRemaining()) {
                throw malformed(type, length);
            }
            return frame;
        } catch (BufferUnderflowException _) {
            throw malformed(type, length);
        } catch (IllegalArgumentException e) {
            throw ProtocolException.violation("a malformed frame " + type + ": " + e.getMessage());
        }
    }

    private static Frame decode(FrameType type, ByteBuffer in) {
        return switch (type) {
            case HELLO ->
                in.remaining() == 3
                        ? new Frame.Accepted(u16(in), bool(in))
                        : new Frame.Hello(u16(in), new WindowSize(u16(in), u16(in)));
            case RESUME ->
                new Frame.Resume(
                        u16(in),
                        new WindowSize(u16(in), u16(in)),
                        bytes(in, Frame.Challenge.NONCE),
                        in.getLong(),
                        in.getLong());
            case RESUMED -> new Frame.Resumed(u16(in), bool(in), in.getLong());
            case CHALLENGE -> new Frame.Challenge(bytes(in, Frame.Challenge.NONCE), string(in), string(in));
            case PROOF -> new Frame.Proof(bytes(in, Frame.Proof.KEY), bytes(in, Frame.Proof.SIGNATURE));
            case STDIN -> data(StreamId.STDIN, in);
            case STDOUT -> data(StreamId.STDOUT, in);
            case STDERR -> data(StreamId.STDERR, in);
            case ACK -> ack(u8(in), in.getLong());
            case RESIZE -> new Frame.Resize(new WindowSize(u16(in), u16(in)));
            case SIGNAL -> new Frame.Signal(u8(in));
            case CLOSE_STDIN -> new Frame.CloseStdin();
            case EXIT -> new Frame.Exit(in.getInt());
            case DETACH -> new Frame.Detach();
            case ERROR -> new Frame.Error(ErrorCode.of(u16(in)), string(in));
        };
    }

    private static Frame data(StreamId stream, ByteBuffer in) {
        long offset = in.getLong();
        return new Frame.Data(stream, offset, bytes(in, in.remaining()));
    }

    private static Frame ack(int stream, long offset) {
        return stream == FrameType.EXIT_STREAM ? new Frame.ExitReceived() : new Frame.Ack(StreamId.of(stream), offset);
    }

    private static int u8(ByteBuffer in) {
        return Byte.toUnsignedInt(in.get());
    }

    private static int u16(ByteBuffer in) {
        return Short.toUnsignedInt(in.getShort());
    }

    private static boolean bool(ByteBuffer in) {
        return switch (u8(in)) {
            case 0 -> false;
            case 1 -> true;
            default -> throw new IllegalArgumentException("a flag that is neither 0 nor 1");
        };
    }

    /** Copies: the reader's buffer is used again for the next frame. */
    private static ByteBuffer bytes(ByteBuffer in, int length) {
        if (in.remaining() < length) {
            throw new BufferUnderflowException();
        }
        byte[] copy = new byte[length];
        in.get(copy);
        return ByteBuffer.wrap(copy);
    }

    private static String string(ByteBuffer in) {
        try {
            return UTF_8.newDecoder().decode(bytes(in, u16(in))).toString();
        } catch (CharacterCodingException _) {
            throw new IllegalArgumentException("text that is not UTF-8");
        }
    }

    private static ProtocolException malformed(FrameType type, int length) {
        return ProtocolException.violation("a frame " + type + " cannot have a payload of " + length + " bytes");
    }

    /** Makes {@code wanted} bytes available; false when the stream ended before the first of a frame. */
    private boolean fill(int wanted) throws IOException {
        if (buffer.length - start < wanted || start == end) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        while (end - start < wanted) {
            int n = in.read(buffer, end, buffer.length - end);
            if (n < 0) {
                if (end == start) {
                    return false;
                }
                throw new EOFException("the stream ended inside a frame");
            }
            end += n;
        }
        return true;
    }
}
