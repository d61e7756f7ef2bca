package dev.cntr.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One message of the stream. On the wire: {@code type u8, length u32, payload}, all numbers big-endian, the payload at most
 * {@link #MAX_PAYLOAD} bytes; a {@code str} is {@code length u16} and UTF-8.
 *
 * <p>Frames are values: byte buffers are read-only and compare by content. Read them through {@code duplicate()}.
 */
public sealed interface Frame {
    /** The version this code speaks. */
    int VERSION = 1;

    /** Bytes before the payload. */
    int HEADER = 5;

    /** The longest payload. */
    int MAX_PAYLOAD = 64 * 1024;

    /** The most bytes of a stream in one {@link Data}. */
    int MAX_DATA = MAX_PAYLOAD - Long.BYTES;

    /** The most bytes of a stream that are sent in one: whole pages, and with what is around them not more than pipes on the way carry at once. */
    int SENT_DATA = 60 * 1024;

    /** How many bytes of a stream may be unacknowledged. */
    int WINDOW = 1024 * 1024;

    /** HELLO of the client, the first frame: {@code version u16, columns u16, rows u16}. */
    record Hello(int version, WindowSize size) implements Frame {
        public Hello {
            u16("version", version);
        }
    }

    /** HELLO of the agent: the client is accepted and the command runs. {@code version u16, tty u8}. */
    record Accepted(int version, boolean tty) implements Frame {
        public Accepted {
            u16("version", version);
        }
    }

    /** What the client has to sign: {@code nonce u8[32], sessionUid str, podUid str}. */
    record Challenge(ByteBuffer nonce, String sessionUid, String podUid) implements Frame {
        public static final int NONCE = 32;

        public Challenge {
            nonce = exactly("nonce", NONCE, nonce);
            shorterThan("session uid", MAX_UID, sessionUid);
            shorterThan("pod uid", MAX_UID, podUid);
        }

        private static final int MAX_UID = 256;
    }

    /** The answer to a {@link Challenge}: {@code publicKey u8[32], signature u8[64]}. */
    record Proof(ByteBuffer publicKey, ByteBuffer signature) implements Frame {
        public static final int KEY = 32;
        public static final int SIGNATURE = 64;

        public Proof {
            publicKey = exactly("public key", KEY, publicKey);
            signature = exactly("signature", SIGNATURE, signature);
        }
    }

    /**
     * RESUME of a client, in place of HELLO: it was cut off, and wants to go on. {@code version u16, columns u16, rows u16, attachment u8[32],
     * stdout u64, stderr u64}.
     *
     * @param attachment the nonce of the {@link Challenge} at which it was let in first
     * @param stdout the offset of the byte that it lacks first
     * @param stderr likewise
     */
    record Resume(int version, WindowSize size, ByteBuffer attachment, long stdout, long stderr) implements Frame {
        public Resume {
            u16("version", version);
            attachment = exactly("attachment", Challenge.NONCE, attachment);
            notNegative(stdout);
            notNegative(stderr);
        }
    }

    /** RESUMED of the agent, in place of its HELLO: {@code version u16, tty u8, stdin u64}, the offset of the byte of input that it lacks first. */
    record Resumed(int version, boolean tty, long stdin) implements Frame {
        public Resumed {
            u16("version", version);
            notNegative(stdin);
        }
    }

    /** STDIN, STDOUT or STDERR: {@code offset u64} of the first byte in that stream, then the bytes, at least one. */
    record Data(StreamId stream, long offset, ByteBuffer bytes) implements Frame {
        public Data {
            bytes = bytes.slice().asReadOnlyBuffer();
            if (offset < 0 || bytes.remaining() == 0 || bytes.remaining() > MAX_DATA) {
                throw new IllegalArgumentException(
                        bytes.remaining() + " bytes at offset " + offset + " do not make a frame of " + stream);
            }
        }
    }

    /** The receiver has written out the stream up to this offset: {@code stream u8, offset u64}. */
    record Ack(StreamId stream, long offset) implements Frame {
        public Ack {
            notNegative(offset);
        }
    }

    /** ACK with stream 255: the client has the exit code. */
    record ExitReceived() implements Frame {}

    /** The client's terminal has this size now: {@code columns u16, rows u16}. */
    record Resize(WindowSize size) implements Frame {}

    /** A signal for the command, by its Linux number: {@code number u8}. */
    record Signal(int number) implements Frame {
        public Signal {
            if (number < 1 || number > 64) {
                throw new IllegalArgumentException("there is no signal " + number);
            }
        }
    }

    /** The end of the client's input; follows its last byte. No payload. */
    record CloseStdin() implements Frame {}

    /** The command ended, and the client has written out all of its output: {@code code u32}. */
    record Exit(int code) implements Frame {}

    /** The client leaves, and the command goes on. No payload. */
    record Detach() implements Frame {}

    /** The sender gives the stream up: {@code code u16, message str}. */
    record Error(ErrorCode code, String message) implements Frame {
        private static final int MAX_MESSAGE = 4096;

        /** Cuts a message that is longer than 4096 characters. */
        public Error {
            message = message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message;
        }
    }

    private static void u16(String what, int value) {
        if (value < 0 || value > 0xffff) {
            throw new IllegalArgumentException(what + " " + value);
        }
    }

    private static void notNegative(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("offset " + value);
        }
    }

    private static ByteBuffer exactly(String what, int length, ByteBuffer bytes) {
        if (bytes.remaining() != length) {
            throw new IllegalArgumentException("a " + what + " has " + length + " bytes, not " + bytes.remaining());
        }
        return bytes.slice().asReadOnlyBuffer();
    }

    private static void shorterThan(String what, int bytes, String value) {
        if (value.getBytes(StandardCharsets.UTF_8).length > bytes) {
            throw new IllegalArgumentException("a " + what + " of more than " + bytes + " bytes");
        }
    }
}
