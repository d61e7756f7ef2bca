package dev.cntr.engine.rest;

import dev.cntr.engine.EngineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * An HTTP server on a unix socket. Each request is a connection of its own, in HTTP/1.0: its answer ends with the
 * connection and is never chunked (RFC 1945, 7.2.2), so that nothing but a header has to be parsed.
 *
 * @param engine its name, for messages
 */
public record RestSocket(String engine, Path socket, Duration limit) {
    /** Some hundred containers, each with what docker's list tells of it, are far below. */
    private static final int MAX_ANSWER = 32 * 1024 * 1024;

    private static final Duration LIMIT = Duration.ofSeconds(5);
    /** How long an engine may be silent that packs an image. */
    private static final Duration DOWNLOAD_LIMIT = Duration.ofMinutes(2);

    private static final byte[] HEADER_END = {'\r', '\n', '\r', '\n'};

    public RestSocket(String engine, Path socket) {
        this(engine, socket, LIMIT);
    }

    /**
     * An answer, whatever its status says.
     *
     * @param body {@link Json.Nothing} where it is empty
     */
    public record Answer(int status, Json body) {
        public boolean ok() {
            return status == 200;
        }
    }

    /**
     * Asks.
     *
     * @param target path and query, of ASCII characters without blanks
     * @throws EngineException.Absent where there is no socket
     * @throws EngineException.Unreachable where it does not answer in time, or not in HTTP and JSON
     */
    public Answer get(String target) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        return ask(target, () -> {
            long end = System.nanoTime() + limit.toNanos();
            exchange(target, () -> end, part -> {
                answer.write(part.array(), 0, part.limit());
                if (answer.size() > MAX_ANSWER) {
                    throw new IOException("its answer is larger than " + MAX_ANSWER + " bytes");
                }
            });
            return parse(answer.toByteArray());
        });
    }

    /**
     * Asks for a file. It may take as long as it likes, as long as something comes.
     *
     * @param target path and query, of ASCII characters without blanks
     * @throws EngineException also where the answer says that there is none
     */
    public void download(String target, OutputStream to) {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        boolean[] body = {false};
        ask(target, () -> {
            exchange(target, () -> System.nanoTime() + DOWNLOAD_LIMIT.toNanos(), part -> {
                if (body[0]) {
                    to.write(part.array(), 0, part.limit());
                    return;
                }
                header.write(part.array(), 0, part.limit());
                byte[] bytes = header.toByteArray();
                int end = indexOf(bytes, HEADER_END) + HEADER_END.length;
                if (end < HEADER_END.length || !isOk(bytes)) {
                    if (bytes.length > MAX_ANSWER) {
                        throw new IOException("its answer is larger than " + MAX_ANSWER + " bytes");
                    }
                    return;
                }
                body[0] = true;
                to.write(bytes, end, bytes.length - end);
            });
            if (!body[0]) {
                Answer refusal = parse(header.toByteArray());
                throw new IOException(
                        refusal.status() + " " + refusal.body().at("message").text());
            }
            return true;
        });
    }

    private static boolean isOk(byte[] answer) {
        return new String(answer, 0, Math.min(answer.length, 12), StandardCharsets.ISO_8859_1).endsWith(" 200");
    }

    private interface Exchange<T> {
        T run() throws IOException;
    }

    private <T> T ask(String target, Exchange<T> exchange) {
        if (target.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException("not a request target: " + target);
        }
        if (!Files.exists(socket)) {
            throw new EngineException.Absent(engine + " is not installed or not running: there is no socket " + socket);
        }
        try {
            return exchange.run();
        } catch (SocketTimeoutException e) {
            throw new EngineException.Unreachable(
                    engine + " on " + socket + " did not answer GET " + target + " within " + limit.toMillis() + " ms",
                    e);
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            throw new EngineException.Unreachable(
                    engine + " cannot be asked on " + socket + ": " + why
                            + switch (why) {
                                case "Connection refused" -> ". Nobody listens there: is it running?";
                                case "Permission denied" -> ". Run cntr as root";
                                default -> "";
                            },
                    e);
        }
    }

    private interface Receiver {
        void take(ByteBuffer part) throws IOException;
    }

    private void exchange(String target, LongSupplier end, Receiver receiver) throws IOException {
        String request = "GET " + target + " HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n\r\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            ByteBuffer out = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
            while (out.hasRemaining()) {
                await(selector, end.getAsLong());
                channel.write(out);
            }
            key.interestOps(SelectionKey.OP_READ);
            ByteBuffer in = ByteBuffer.allocate(64 * 1024);
            while (true) {
                await(selector, end.getAsLong());
                int n = channel.read(in.clear());
                if (n < 0) {
                    return;
                }
                receiver.take(in.flip());
            }
        }
    }

    private static void await(Selector selector, long end) throws IOException {
        long millis = (end - System.nanoTime()) / 1_000_000;
        if (millis <= 0 || selector.select(millis) == 0) {
            throw new SocketTimeoutException();
        }
        selector.selectedKeys().clear();
    }

    private static Answer parse(byte[] answer) throws IOException {
        int headerEnd = indexOf(answer, HEADER_END);
        String[] lines = new String(answer, 0, Math.max(headerEnd, 0), StandardCharsets.ISO_8859_1).split("\r\n");
        String[] status = lines[0].split(" ", 3);
        if (!status[0].startsWith("HTTP/1.") || status.length < 2 || !status[1].matches("\\d{3}")) {
            throw new IOException("it does not speak HTTP");
        }
        int from = headerEnd + HEADER_END.length;
        for (String line : lines) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")
                    && !line.substring(15).strip().equals(Integer.toString(answer.length - from))) {
                throw new IOException("its answer was cut off");
            }
        }
        byte[] body = Arrays.copyOfRange(answer, from, answer.length);
        return new Answer(Integer.parseInt(status[1]), body.length == 0 ? Json.NOTHING : Json.parse(body));
    }

    private static int indexOf(byte[] in, byte[] part) {
        outer:
        for (int i = 0; i <= in.length - part.length; i++) {
            for (int k = 0; k < part.length; k++) {
                if (in[i + k] != part[k]) {
                    continue outer;
                }
            }
            return i;
        }
        return -1;
    }
}
