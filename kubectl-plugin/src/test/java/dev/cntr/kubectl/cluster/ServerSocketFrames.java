package dev.cntr.kubectl.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/** The server's end of a WebSocket, RFC 6455, that carries a command's streams as the kubelet does. */
final class ServerSocketFrames {
    private final DataInputStream in;
    private final OutputStream out;
    private byte[] message = new byte[0];
    private int read;

    private ServerSocketFrames(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    static ServerSocketFrames upgrade(HttpExchange request, InputStream in, String subprotocol) throws IOException {
        try {
            String key = request.headers().get("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
            String accept = Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(key.getBytes(ISO_8859_1)));
            request.out()
                    .write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    + "Sec-WebSocket-Accept: " + accept + "\r\nSec-WebSocket-Protocol: " + subprotocol
                                    + "\r\n\r\n")
                            .getBytes(ISO_8859_1));
            request.out().flush();
            return new ServerSocketFrames(in, request.out());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** What the client sends on channel 0. */
    InputStream stdin() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                while (read == message.length) {
                    if (!nextMessage()) {
                        return -1;
                    }
                }
                int count = Math.min(length, message.length - read);
                System.arraycopy(message, read, into, offset, count);
                read += count;
                return count;
            }
        };
    }

    /** Sends on a channel. */
    OutputStream channel(int channel) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer frame = ByteBuffer.allocate(10 + 1 + length).put((byte) 0x82);
                if (1 + length < 126) {
                    frame.put((byte) (1 + length));
                } else if (1 + length <= 0xffff) {
                    frame.put((byte) 126).putShort((short) (1 + length));
                } else {
                    frame.put((byte) 127).putLong(1 + length);
                }
                frame.put((byte) channel).put(bytes, offset, length);
                synchronized (out) {
                    out.write(frame.array(), 0, frame.position());
                    out.flush();
                }
            }
        };
    }

    /** Says that this was all, as a server does whose command has ended. */
    void close() throws IOException {
        synchronized (out) {
            out.write(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xe8});
            out.flush();
        }
    }

    private boolean nextMessage() throws IOException {
        byte[] whole = new byte[0];
        while (true) {
            int first = in.read();
            if (first < 0) {
                return false;
            }
            int second = in.readUnsignedByte();
            long length = second & 0x7f;
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes((int) length);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            if ((first & 0x0f) == 8) {
                return false;
            }
            byte[] joined = java.util.Arrays.copyOf(whole, whole.length + payload.length);
            System.arraycopy(payload, 0, joined, whole.length, payload.length);
            whole = joined;
            if ((first & 0x80) != 0) {
                message = whole;
                read = whole.length == 0 || whole[0] != 0 ? whole.length : 1;
                return true;
            }
        }
    }
}
