package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The standard streams of a command in a pod, over the WebSocket form of {@code pods/exec}: each message is a channel byte
 * and bytes of that channel. Reading slowly stops the server: one message at a time is asked for beyond the buffer.
 *
 * <p>Both subprotocols carry the same here. v5 can also close standard input, for which cntr's own frames are used.
 */
final class ExecStream implements AutoCloseable {
    private static final List<String> SUBPROTOCOLS = List.of("v5.channel.k8s.io", "v4.channel.k8s.io");
    private static final byte STDIN = 0;
    private static final int NORMAL_CLOSURE = 1000;
    private static final Duration LAST_WORDS = Duration.ofMillis(500);
    private static final long WRITE_CHECK_NANOS = 20_000;

    private final WebSocket socket;
    private final ExecMessages messages;

    private ExecStream(WebSocket socket, ExecMessages messages) {
        this.socket = socket;
        this.messages = messages;
    }

    /** @throws ApiException when the server refuses; @throws dev.cntr.kubectl.exit.CntrException when it is not reached */
    static ExecStream open(HttpClient http, URI uri, Duration timeout) {
        ApiException refused = null;
        for (String subprotocol : SUBPROTOCOLS) {
            ExecMessages messages = new ExecMessages();
            try {
                WebSocket socket = http.newWebSocketBuilder()
                        .uri(uri)
                        .subprotocol(subprotocol)
                        .connectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                        .buildAsync(messages)
                        .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
                return new ExecStream(socket, messages);
            } catch (ExecutionException e) {
                Throwable cause = Failures.unwrap(e);
                if (!(cause instanceof WebSocketHandshakeException handshake)) {
                    throw Failures.unreachable(uri.getScheme() + "://" + uri.getAuthority(), cause);
                }
                ApiException answer = refusal(handshake);
                if (answer.status() != HttpURLConnection.HTTP_FORBIDDEN) {
                    throw answer;
                }
                // An old server answers so, without a reason, to a subprotocol that it does not know.
                refused = refused == null || refused.reason().isEmpty() ? answer : refused;
            } catch (TimeoutException e) {
                throw Failures.unreachable(uri.getScheme() + "://" + uri.getAuthority(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        throw Objects.requireNonNull(refused);
    }

    /** What the server said, which fabric8 does not pass on. */
    private static ApiException refusal(WebSocketHandshakeException handshake) {
        JsonNode said = null;
        for (Throwable cause = handshake; cause != null && said == null; cause = cause.getCause()) {
            if (cause instanceof java.net.http.WebSocketHandshakeException jdks
                    && jdks.getResponse() != null
                    && jdks.getResponse().body() instanceof String body) {
                said = json(body);
            }
        }
        return new ApiException(
                handshake.getResponse().code(), said == null ? JsonNodeFactory.instance.objectNode() : said);
    }

    private static @Nullable JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException _) {
            return null;
        }
    }

    /** The command's standard output. */
    InputStream output() {
        return new InputStream() {
            private final byte[] one = new byte[1];

            @Override
            public int read() throws IOException {
                return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return messages.read(into, offset, length);
            }

            @Override
            public void close() {
                ExecStream.this.close();
            }
        };
    }

    /** The command's standard input. For one thread at a time; a write returns when the socket has taken it. */
    OutputStream input() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                awaitSent();
                ByteBuffer message = ByteBuffer.allocate(1 + length)
                        .put(STDIN)
                        .put(bytes, offset, length)
                        .flip();
                if (!socket.send(message)) {
                    throw new IOException("the connection to the API server is closed");
                }
            }

            @Override
            public void flush() throws IOException {
                awaitSent();
            }

            @Override
            public void close() {
                ExecStream.this.close();
            }
        };
    }

    /** The JDK's WebSocket takes one message at a time, and fabric8 tells its end by the queue's size only. */
    private void awaitSent() throws IOException {
        while (socket.queueSize() > 0) {
            if (messages.ended()) {
                throw new IOException("the connection to the API server is closed");
            }
            LockSupport.parkNanos(WRITE_CHECK_NANOS);
        }
    }

    /** What the command or the kubelet said about a bad end; empty for nothing. */
    String complaint() {
        messages.awaitEnd(LAST_WORDS);
        String errors = messages.errors();
        if (!errors.isEmpty()) {
            return errors;
        }
        JsonNode status = json(messages.status());
        return status != null && status.path("status").asText().equals("Failure")
                ? status.path("message").asText()
                : "";
    }

    @Override
    public void close() {
        if (messages.close()) {
            socket.sendClose(NORMAL_CLOSURE, "");
        }
    }
}
