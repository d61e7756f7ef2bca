package dev.cntr.kubectl.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WebSocketTest {
    private static final Duration TIME = Duration.ofSeconds(10);

    private interface Peer {
        void talk(InputStream in, OutputStream out) throws Exception;
    }

    /** A frame as a client sends it, without its mask. */
    private record Frame(int first, byte[] payload) {
        static Frame read(InputStream from) throws IOException {
            DataInputStream in = new DataInputStream(from);
            int first = in.readUnsignedByte();
            int told = in.readUnsignedByte();
            assertThat(told & 0x80).as("a client masks").isNotZero();
            long length = told & 0x7f;
            length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes((int) length);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            return new Frame(first, payload);
        }
    }

    @Test
    void messagesOfAllLengthsArriveUnchanged() throws Exception {
        List<byte[]> sent = new ArrayList<>();
        for (int length : List.of(0, 1, 2, 3, 4, 124, 125, 126, 65_534, 65_535, 65_536, 200_001)) {
            byte[] bytes = new byte[length];
            new Random(length).nextBytes(bytes);
            sent.add(bytes);
        }
        CompletableFuture<List<Frame>> came = new CompletableFuture<>();
        try (RawServer server = server((in, _) -> {
                    List<Frame> frames = new ArrayList<>();
                    for (byte[] _ : sent) {
                        frames.add(Frame.read(in));
                    }
                    came.complete(frames);
                });
                HttpClient client = server.client();
                WebSocket socket = client.webSocket("exec", "v5", TIME)) {
            for (byte[] bytes : sent) {
                byte[] around = new byte[bytes.length + 6];
                System.arraycopy(bytes, 0, around, 3, bytes.length);
                socket.send((byte) 7, around, 3, bytes.length);
            }
            List<Frame> frames = came.get(20, TimeUnit.SECONDS);
            for (int i = 0; i < sent.size(); i++) {
                assertThat(frames.get(i).first()).isEqualTo(0x82);
                assertThat(frames.get(i).payload())
                        .startsWith(7)
                        .endsWith(sent.get(i))
                        .hasSize(1 + sent.get(i).length);
            }
        }
    }

    @Test
    void aMessageInPiecesIsReadAsOneAndPingsAreAnsweredOnTheWay() throws Exception {
        CompletableFuture<Frame> pong = new CompletableFuture<>();
        try (RawServer server = server((in, out) -> {
                    RawServer.say(out, "\u0002\u0001a" + "\u0089\u0002hi" + "\u0000\u0000" + "\u0080\u0002bc");
                    RawServer.say(out, "\u0082\u0000" + "\u0082\u007e\u0000\u0003def" + "\u0088\u0002\u0003\u00e8");
                    pong.complete(Frame.read(in));
                    in.read();
                });
                HttpClient client = server.client();
                WebSocket socket = client.webSocket("exec", "v5", TIME)) {
            assertThat(socket.next()).isTrue();
            assertThat(message(socket)).isEqualTo("abc");
            assertThat(pong.get(10, TimeUnit.SECONDS)).satisfies(frame -> {
                assertThat(frame.first()).isEqualTo(0x8a);
                assertThat(frame.payload()).asString(UTF_8).isEqualTo("hi");
            });
            assertThat(socket.next()).isTrue();
            assertThat(message(socket)).isEmpty();
            assertThat(socket.next()).isTrue();
            assertThat(message(socket)).isEqualTo("def");
            assertThat(socket.next()).isFalse();
            assertThat(socket.next()).isFalse();
            assertThatThrownBy(() -> socket.send((byte) 0, new byte[1], 0, 1)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatIsUnreadOfAMessageIsPassedOver() throws Exception {
        try (RawServer server = server((in, out) -> {
                    RawServer.say(out, "\u0002\u0003abc\u0080\u0001d\u0082\u0001e");
                    in.read();
                });
                HttpClient client = server.client();
                WebSocket socket = client.webSocket("exec", "v5", TIME)) {
            assertThat(socket.next()).isTrue();
            assertThat(socket.read(new byte[2], 0, 2)).isPositive();
            assertThat(socket.next()).isTrue();
            assertThat(message(socket)).isEqualTo("e");
        }
    }

    @Test
    void anEndWithoutAWordIsAnError() throws Exception {
        assertFails("", EOFException.class);
        assertFails("\u0082\u0005ab", EOFException.class);
        assertFails("\u0080\u0001a", ProtocolException.class);
        assertFails("\u0002\u0001a\u0082\u0001b", ProtocolException.class);
        assertFails("\u0082\u0081abcde", ProtocolException.class);
        assertFails("\u0089\u007e\u0001\u0000", ProtocolException.class);
        assertFails("\u0082\u007f\u00ff\u0000\u0000\u0000\u0000\u0000\u0000\u0000", ProtocolException.class);
    }

    private static void assertFails(String sent, Class<? extends IOException> how) throws IOException {
        try (RawServer server = server((_, out) -> RawServer.say(out, sent));
                HttpClient client = server.client();
                WebSocket socket = client.webSocket("exec", "v5", TIME)) {
            assertThatThrownBy(() -> {
                        while (socket.next()) {
                            message(socket);
                        }
                    })
                    .isInstanceOf(how);
        }
    }

    @Test
    void whatTheServerSaysInsteadIsKept() throws Exception {
        String forbidden = "HTTP/1.1 403 No\r\nContent-Length: 4\r\n\r\nwhy?";
        try (RawServer server = new RawServer((_, _, out) -> RawServer.say(out, forbidden));
                HttpClient client = server.client()) {
            assertThatThrownBy(() -> client.webSocket("exec", "v5", TIME))
                    .isInstanceOfSatisfying(UpgradeRefusedException.class, e -> {
                        assertThat(e.status()).isEqualTo(403);
                        assertThat(e.body()).asString(UTF_8).isEqualTo("why?");
                    });
        }
    }

    @Test
    void anAnswerToAnotherHandshakeIsNone() throws Exception {
        try (RawServer server = new RawServer((_, _, out) -> RawServer.say(
                        out, "HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: AAAA\r\nSec-WebSocket-Protocol: v5\r\n\r\n"));
                HttpClient client = server.client()) {
            assertThatThrownBy(() -> client.webSocket("exec", "v5", TIME)).isInstanceOf(ProtocolException.class);
        }
        try (RawServer server = server((_, _) -> {});
                HttpClient client = server.client()) {
            assertThatThrownBy(() -> client.webSocket("exec", "v4", TIME))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("v5");
        }
    }

    /** A server that takes nothing more must not keep anybody who leaves. */
    @Test
    void closingEndsAWriteThatWaits() throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        try (RawServer server = server((_, _) -> over.get(20, TimeUnit.SECONDS));
                HttpClient client = server.client()) {
            WebSocket socket = client.webSocket("exec", "v5", TIME);
            CompletableFuture<Boolean> broken = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        socket.send((byte) 0, new byte[60_000], 0, 60_000);
                    }
                } catch (IOException _) {
                    broken.complete(true);
                }
            });
            Thread.sleep(500);
            assertThat(broken).isNotDone();
            socket.close();
            assertThat(broken.get(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            over.complete(null);
        }
    }

    private static String message(WebSocket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] some = new byte[2];
        for (int count = socket.read(some, 0, 2); count >= 0; count = socket.read(some, 0, 2)) {
            text.append(new String(some, 0, count, UTF_8));
        }
        return text.toString();
    }

    private static RawServer server(Peer peer) throws IOException {
        return new RawServer((request, in, out) -> {
            String key = request.lines()
                    .filter(line -> line.startsWith("Sec-WebSocket-Key: "))
                    .map(line -> line.substring("Sec-WebSocket-Key: ".length()))
                    .findFirst()
                    .orElseThrow();
            RawServer.say(
                    out,
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: " + new Handshake("v5", key).accepted()
                            + "\r\nSec-WebSocket-Protocol: v5\r\n\r\n");
            peer.talk(in, out);
        });
    }
}
