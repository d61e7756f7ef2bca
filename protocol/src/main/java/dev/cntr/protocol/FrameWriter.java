package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/** Writes frames to a byte stream, each by one write and a flush. Any number of threads may call it at once. */
public final class FrameWriter {
    private final OutputStream out;
    private final ReentrantLock lock = new ReentrantLock();
    private final byte[] buffer = new byte[Frame.HEADER + Frame.MAX_PAYLOAD];
    private final long[] acknowledged = new long[StreamId.values().length];

    public FrameWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * Writes one frame and returns when the stream below has taken it.
     *
     * @throws IOException when the stream fails; nothing may be written after that
     */
    public void write(Frame frame) throws IOException {
        lock.lock();
        try {
            if (frame instanceof Frame.Ack(StreamId stream, long offset)) {
                acknowledged[stream.ordinal()] = offset;
            }
            ByteBuffer frameBytes = ByteBuffer.wrap(buffer);
            frameBytes.put(FrameType.of(frame).number()).putInt(0);
            encode(frame, frameBytes);
            frameBytes.putInt(1, frameBytes.position() - Frame.HEADER);
            out.write(buffer, 0, frameBytes.position());
            out.flush();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Acknowledges once more what was acknowledged of a stream, which says nothing but that this side is there.
     *
     * @throws IOException as {@link #write}
     */
    void repeatAck(StreamId stream) throws IOException {
        lock.lock();
        try {
            write(new Frame.Ack(stream, acknowledged[stream.ordinal()]));
        } finally {
            lock.unlock();
        }
    }

    private static void encode(Frame frame, ByteBuffer out) {
        switch (frame) {
            case Frame.Hello(int version, WindowSize size) -> size(u16(out, version), size);
            case Frame.Accepted(int version, boolean tty) -> u16(out, version).put((byte) (tty ? 1 : 0));
            case Frame.Resume(int version, WindowSize size, ByteBuffer attachment, long stdout, long stderr) ->
                size(u16(out, version), size)
                        .put(attachment.duplicate())
                        .putLong(stdout)
                        .putLong(stderr);
            case Frame.Resumed(int version, boolean tty, long stdin) ->
                u16(out, version).put((byte) (tty ? 1 : 0)).putLong(stdin);
            case Frame.Challenge(ByteBuffer nonce, String sessionUid, String podUid) ->
                string(string(out.put(nonce.duplicate()), sessionUid), podUid);
            case Frame.Proof(ByteBuffer key, ByteBuffer signature) ->
                out.put(key.duplicate()).put(signature.duplicate());
            case Frame.Data(StreamId _, long offset, ByteBuffer bytes) ->
                out.putLong(offset).put(bytes.duplicate());
            case Frame.Ack(StreamId stream, long offset) ->
                out.put((byte) stream.number()).putLong(offset);
            case Frame.ExitReceived() -> out.put((byte) FrameType.EXIT_STREAM).putLong(0);
            case Frame.Resize(WindowSize size) -> size(out, size);
            case Frame.Signal(int number) -> out.put((byte) number);
            case Frame.Exit(int code) -> out.putInt(code);
            case Frame.Error(ErrorCode code, String message) -> string(u16(out, code.number()), message);
            case Frame.CloseStdin() -> {}
            case Frame.Detach() -> {}
        }
    }

    private static ByteBuffer u16(ByteBuffer out, int value) {
        return out.putShort((short) value);
    }

    private static ByteBuffer size(ByteBuffer out, WindowSize size) {
        return u16(u16(out, size.columns()), size.rows());
    }

    private static ByteBuffer string(ByteBuffer out, String value) {
        byte[] bytes = value.getBytes(UTF_8);
        return u16(out, bytes.length).put(bytes);
    }
}
