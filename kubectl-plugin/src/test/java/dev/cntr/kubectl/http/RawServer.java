package dev.cntr.kubectl.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Answers each connection by a test's own bytes. */
final class RawServer implements AutoCloseable {
    /** What is done with one connection, whose first request has been read. */
    interface Answer {
        void to(String request, InputStream in, OutputStream out) throws Exception;
    }

    private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final List<String> requests = new CopyOnWriteArrayList<>();

    RawServer(Answer answer) throws IOException {
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    Socket connection = server.accept();
                    Thread.ofVirtual().start(() -> serve(connection, answer));
                }
            } catch (IOException _) {
                // closed
            }
        });
    }

    private void serve(Socket connection, Answer answer) {
        try (connection) {
            String request = request(connection.getInputStream());
            requests.add(request);
            answer.to(request, connection.getInputStream(), connection.getOutputStream());
        } catch (IOException _) {
            // the client is gone
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Up to the empty line. */
    static String request(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no whole request");
            }
            head.write(next);
        }
        return head.toString(ISO_8859_1);
    }

    static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    /** The heads of all requests, in order. */
    List<String> requests() {
        return requests;
    }

    int port() {
        return server.getLocalPort();
    }

    Route route() {
        return route(null);
    }

    Route route(@Nullable URI proxy) {
        return new Route("127.0.0.1", port(), null, proxy, Duration.ofSeconds(5));
    }

    HttpClient client() {
        return client(route());
    }

    static HttpClient client(Route route) {
        return new HttpClient(route, new Identity("/base/", () -> "Bearer secret", List.of("X-Who: jane")));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
