package dev.cntr.engine.rest;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An HTTP server on a unix socket that says what it was told to, byte for byte; 404 with a message to all else. */
public final class HttpDouble implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Map<String, String> answers = new ConcurrentHashMap<>();

    /** Starts to listen. */
    public HttpDouble(Path socket) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofPlatform().daemon().start(this::serve);
    }

    /** Answers a target with a status and a body. */
    public HttpDouble answer(String target, int status, String body) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return raw(
                target,
                "HTTP/1.0 " + status + " Told\r\nContent-Type: application/json\r\nContent-Length: " + length
                        + "\r\n\r\n" + body);
    }

    /** Answers with any bytes; with none it never does. */
    public HttpDouble raw(String target, String answer) {
        answers.put(target, answer);
        return this;
    }

    private void serve() {
        while (true) {
            try {
                SocketChannel client = server.accept();
                ByteBuffer request = ByteBuffer.allocate(4096);
                client.read(request);
                String target =
                        new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII).split(" ")[1];
                String answer = answers.getOrDefault(
                        target,
                        "HTTP/1.0 404 Not Found\r\n\r\n{\"message\":\"No such container\",\"error\":\"not found\"}");
                if (!answer.isEmpty()) {
                    client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                    client.close();
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
