package dev.cntr.kubectl.http;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/** Makes requests of one server, each in the thread that asks, over connections that are used again. Redirects are not followed. */
public final class HttpClient implements AutoCloseable {
    /** Longer ago the server may just be about to end a connection that nobody used. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** A connection that has answered, and since when nobody uses it. */
    private record Idle(Connection connection, long since) {}

    private final Route route;
    private final Identity identity;
    private final Deque<Idle> idle = new ConcurrentLinkedDeque<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    HttpClient(Route route, Identity identity) {
        this.route = route;
        this.identity = identity;
    }

    /**
     * Makes one of fabric8's configuration: server, proxy, trust, credentials.
     *
     * @throws GeneralSecurityException where certificates or keys cannot be used
     * @throws IOException where they cannot be read
     */
    public static HttpClient of(Config config) throws GeneralSecurityException, IOException {
        return new HttpClient(Routes.of(config), Identity.of(config));
    }

    /**
     * Asks, and waits for the whole answer.
     *
     * @param atMost for all of it
     */
    public HttpResponse send(HttpRequest request, Duration atMost) throws IOException {
        Deadline deadline = Deadline.in(atMost);
        Exchange exchange = exchange(request, deadline);
        try {
            byte[] body = exchange.body.readAllBytes();
            if (exchange.body.isComplete() && !exchange.head.lists("connection", "close")) {
                keep(exchange.connection);
            } else {
                end(exchange.connection);
            }
            return new HttpResponse(exchange.head.status(), body);
        } catch (IOException e) {
            end(exchange.connection);
            throw e;
        }
    }

    /**
     * Asks for what comes bit by bit.
     *
     * @param atMost for the answer's beginning
     */
    public Streamed stream(HttpRequest request, Duration atMost) throws IOException {
        Exchange exchange = exchange(request, Deadline.in(atMost));
        return new Streamed(exchange.head.status(), exchange.connection, exchange.body);
    }

    /**
     * Opens a WebSocket (RFC 6455).
     *
     * @throws UpgradeRefusedException where the server answers something else
     */
    public WebSocket webSocket(String target, String subprotocol, Duration atMost) throws IOException {
        Deadline deadline = Deadline.in(atMost);
        Handshake handshake = new Handshake(subprotocol);
        HttpRequest request = HttpRequest.get(target);
        Connection connection = connection(deadline);
        try {
            connection.write(identity.head(request, route.authority()) + handshake.headers() + "\r\n");
            connection.until(deadline);
            ResponseHead head = ResponseHead.read(connection);
            if (head.status() != ResponseHead.SWITCHING_PROTOCOLS) {
                throw new UpgradeRefusedException(
                        head.status(), Body.of(head, connection).readAllBytes());
            }
            handshake.check(head);
            connection.until(null);
            return new WebSocket(connection);
        } catch (IOException e) {
            end(connection);
            throw e;
        }
    }

    /** Opens a connection beside, which a later request finds: its handshakes then have been. */
    public void prepare(Duration atMost) {
        Thread.ofVirtual().name("cntr-connects").start(() -> {
            try {
                keep(connect(Deadline.in(atMost)));
            } catch (IOException _) {
                // Whoever needs one makes it, and is told why there is none.
            }
        });
    }

    private record Exchange(Connection connection, ResponseHead head, Body body) {}

    private Exchange exchange(HttpRequest request, Deadline deadline) throws IOException {
        Connection used = unused();
        if (used != null) {
            try {
                return exchange(used, request, deadline);
            } catch (java.net.SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                if (!request.isSafe()) {
                    throw e;
                }
                // The server has ended it meanwhile, as it may at any time.
            }
        }
        return exchange(connect(deadline), request, deadline);
    }

    private Exchange exchange(Connection over, HttpRequest request, Deadline deadline) throws IOException {
        try {
            over.write(identity.request(request, route.authority()));
            over.until(deadline);
            ResponseHead head = ResponseHead.read(over);
            return new Exchange(over, head, Body.of(head, over));
        } catch (IOException e) {
            end(over);
            throw e;
        }
    }

    private Connection connection(Deadline deadline) throws IOException {
        Connection used = unused();
        return used == null ? connect(deadline) : used;
    }

    private @Nullable Connection unused() {
        for (Idle next = idle.pollFirst(); next != null; next = idle.pollFirst()) {
            if (System.nanoTime() - next.since < FRESH.toNanos()) {
                return next.connection;
            }
            end(next.connection);
        }
        return null;
    }

    private Connection connect(Deadline deadline) throws IOException {
        Connection made = route.connect(deadline);
        open.add(made);
        if (closed) {
            end(made);
            throw new IOException("the client is closed");
        }
        open.removeIf(Connection::isClosed);
        return made;
    }

    private void keep(Connection connection) {
        idle.addFirst(new Idle(connection, System.nanoTime()));
    }

    private void end(Connection connection) {
        connection.close();
        open.remove(connection);
    }

    /** Breaks what is still under way. */
    @Override
    public void close() {
        closed = true;
        open.forEach(Connection::close);
    }
}
