package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cntr.kubectl.http.HttpClient;
import dev.cntr.kubectl.http.UpgradeRefusedException;
import dev.cntr.kubectl.http.WebSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The standard streams of a command in a pod, over the WebSocket form of {@code pods/exec}: each message is a channel byte
 * and bytes of that channel. Nothing is read ahead: who reads slowly stops the server.
 *
 * <p>Both subprotocols carry the same here. v5 can also close standard input, for which cntr's own frames are used.
 */
final class ExecStream implements AutoCloseable {
    private static final List<String> SUBPROTOCOLS = List.of("v5.channel.k8s.io", "v4.channel.k8s.io");
    private static final byte STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int LONGEST_COMPLAINT = 4096;
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private final WebSocket socket;
    private final ReentrantLock reading = new ReentrantLock();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final ByteArrayOutputStream status = new ByteArrayOutputStream();
    private boolean inOutput;
    private boolean ended;
    private volatile boolean closed;

    private ExecStream(WebSocket socket) {
        this.socket = socket;
    }

    /**
     * @param server for messages
     * @throws ApiException when the server refuses; @throws dev.cntr.kubectl.exit.CntrException when it is not reached
     */
    static ExecStream open(HttpClient http, String server, String target, Duration timeout) {
        ApiException refused = null;
        for (String subprotocol : SUBPROTOCOLS) {
            try {
                return new ExecStream(http.webSocket(target, subprotocol, timeout));
            } catch (UpgradeRefusedException e) {
                JsonNode said = json(new String(e.body(), StandardCharsets.UTF_8));
                ApiException answer =
                        new ApiException(e.status(), said == null ? JsonNodeFactory.instance.objectNode() : said);
                if (answer.status() != HttpURLConnection.HTTP_FORBIDDEN) {
                    throw answer;
                }
                // An old server answers so, without a reason, to a subprotocol that it does not know.
                refused = refused == null || refused.reason().isEmpty() ? answer : refused;
            } catch (IOException e) {
                throw Failures.unreachable(server, e);
            }
        }
        throw Objects.requireNonNull(refused);
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
                return length == 0 ? 0 : receive(into, offset, length);
            }

            @Override
            public void close() {
                ExecStream.this.close();
            }
        };
    }

    private int receive(byte[] into, int offset, int length) throws IOException {
        reading.lock();
        try {
            while (!ended && !closed) {
                int count = inOutput ? socket.read(into, offset, length) : -1;
                if (count >= 0) {
                    return count;
                }
                next();
            }
            return -1;
        } catch (IOException e) {
            if (closed) {
                return -1;
            }
            throw new IOException("the connection to the API server broke: " + Failures.reason(e), e);
        } finally {
            reading.unlock();
        }
    }

    /** Goes on to the next message, and keeps it if it is a complaint. */
    private void next() throws IOException {
        inOutput = false;
        if (!socket.next()) {
            ended = true;
            return;
        }
        byte[] channel = new byte[1];
        if (socket.read(channel, 0, 1) > 0) {
            switch (channel[0]) {
                case STDOUT -> inOutput = true;
                case STDERR -> keep(errors);
                case ERROR -> keep(status);
                default -> {}
            }
        }
    }

    private void keep(ByteArrayOutputStream in) throws IOException {
        byte[] part = new byte[1024];
        for (int count = socket.read(part, 0, part.length); count >= 0; count = socket.read(part, 0, part.length)) {
            in.write(part, 0, Math.min(count, LONGEST_COMPLAINT - in.size()));
        }
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
                try {
                    socket.send(STDIN, bytes, offset, length);
                } catch (IOException e) {
                    throw new IOException("the connection to the API server is closed: " + Failures.reason(e), e);
                }
            }

            @Override
            public void close() {
                ExecStream.this.close();
            }
        };
    }

    /** What the command or the kubelet said about a bad end; empty for nothing. */
    String complaint() {
        reading.lock();
        try {
            awaitEnd();
            String said = text(errors);
            if (!said.isEmpty()) {
                return said;
            }
            JsonNode end = json(text(status));
            return end != null && end.path("status").asText().equals("Failure")
                    ? end.path("message").asText()
                    : "";
        } finally {
            reading.unlock();
        }
    }

    /** Waits a little for the end, which may still be on its way when a write has failed. */
    private void awaitEnd() {
        socket.within(LAST_WORDS);
        try {
            while (!ended && !closed) {
                next();
            }
        } catch (IOException _) {
            // Nothing more comes.
        }
    }

    private static String text(ByteArrayOutputStream kept) {
        return kept.toString(StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            socket.close();
        }
    }
}
