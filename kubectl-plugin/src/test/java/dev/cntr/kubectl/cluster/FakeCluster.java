package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.cntr.api.DebugSessionStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** An API server with one session, which answers everything else as a test tells it. */
public final class FakeCluster implements AutoCloseable {
    /** The relay's end of an exec: what comes in, where output, errors and the final status go. */
    @FunctionalInterface
    public interface Exec {
        void run(List<String> command, InputStream in, OutputStream out, OutputStream err, OutputStream status)
                throws Exception;
    }

    /** What happens when a session is created. */
    @FunctionalInterface
    public interface Operator {
        void created(FakeCluster cluster) throws Exception;
    }

    static final String SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    public static final String SESSIONS = "/apis/cntr.dev/v1alpha1/namespaces/default/debugsessions";

    private record Reply(int status, String body) {}

    private final ObjectMapper mapper = new ObjectMapper().registerModule(new JavaTimeModule());
    private final ServerSocket server;
    private final Thread acceptor;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final Map<String, Reply> replies = new ConcurrentHashMap<>(
            Map.of("POST " + SELF, new Reply(201, "{\"status\":{\"userInfo\":{\"username\":\"jane\"}}}")));
    private final List<BlockingQueue<String>> watchers = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile Operator operator = _ -> {};
    private volatile Exec exec = (_, _, _, _, _) -> {};
    private volatile String subprotocol = "v5.channel.k8s.io";
    private volatile @Nullable ObjectNode session;
    private int version = 100;

    private final @Nullable Certificates certificates;

    /** Speaks plain HTTP, and asks for no credentials. */
    public FakeCluster() throws IOException {
        certificates = null;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    /** Speaks TLS, and lets in only who has the client's certificate. */
    public FakeCluster(Certificates certificates) throws IOException {
        this.certificates = certificates;
        server = certificates.listen(InetAddress.getLoopbackAddress());
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    public String url() {
        return (certificates == null ? "http" : "https") + "://127.0.0.1:" + server.getLocalPort();
    }

    /** A kubeconfig for it. */
    public Path kubeconfig(Path directory) throws IOException {
        return Files.writeString(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: fake
                contexts: [{name: fake, context: {cluster: fake, user: fake}}]
                clusters: [{name: fake, cluster: {server: "%s"%s}}]
                users: [{name: fake, user: {%s}}]
                """.formatted(
                        url(),
                        certificates == null ? "" : ", certificate-authority-data: " + certificates.authority(),
                        certificates == null
                                ? "token: secret"
                                : "client-certificate-data: " + certificates.client() + ", client-key-data: "
                                        + certificates.clientKey()));
    }

    public Cluster client(Path directory) throws IOException {
        return Cluster.connect(new ClusterOptions(kubeconfig(directory).toString(), null, null, Duration.ofSeconds(5)));
    }

    public void reply(String methodAndPath, int status, String body) {
        replies.put(methodAndPath, new Reply(status, body));
    }

    public void refuse(String methodAndPath, int status, String reason, String kind, String message) {
        reply(methodAndPath, status, """
                {"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":"%s","message":"%s","details":{"kind":"%s"}}""".formatted(status, reason, message, kind));
    }

    public void operator(Operator does) {
        operator = does;
    }

    public void exec(Exec does) {
        exec = does;
    }

    /** Knows only this one. */
    public void subprotocol(String known) {
        subprotocol = known;
    }

    /** {@code METHOD path}, in order. */
    public List<String> requests() {
        return requests;
    }

    /** The session as it is; a missing node before it is made and after it is deleted. */
    public JsonNode session() {
        ObjectNode now = session;
        return now == null ? MissingNode.getInstance() : now;
    }

    /** Writes the session's status, as operator and agent do. */
    public synchronized void status(DebugSessionStatus status) {
        ObjectNode now = java.util.Objects.requireNonNull(session).deepCopy();
        now.set("status", mapper.valueToTree(status));
        ((ObjectNode) now.path("metadata")).put("resourceVersion", String.valueOf(++version));
        session = now;
        tell("MODIFIED", now);
    }

    /** Ends all watches, as API servers do every few minutes. */
    public void endWatches() {
        watchers.forEach(watcher -> watcher.add(""));
    }

    /** Says something to all watches. */
    public void tell(String type, JsonNode object) {
        watchers.forEach(watcher -> watcher.add("{\"type\":\"" + type + "\",\"object\":" + object + "}\n"));
    }

    /** Breaks all connections, as a dying agent or a cut network does. */
    public void breakConnections() {
        connections.forEach(FakeCluster::close);
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException _) {
            // closed
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            for (HttpExchange request = HttpExchange.read(in, connection.getOutputStream());
                    request != null;
                    request = HttpExchange.read(in, connection.getOutputStream())) {
                requests.add(request.method() + " " + request.path());
                if (!answer(request, in)) {
                    return;
                }
            }
        } catch (IOException _) {
            // the client is gone
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private boolean answer(HttpExchange request, InputStream in) throws Exception {
        boolean watch = request.values("watch").contains("true");
        Reply reply = replies.get((watch ? "WATCH " : request.method() + " ") + request.path());
        if (reply != null) {
            request.answer(reply.status(), reply.body());
            return true;
        }
        if (request.path().endsWith("/exec")) {
            return runExec(request, in);
        }
        if (watch) {
            watch(request);
            return false;
        }
        switch (request.method()) {
            case "POST" -> {
                create(request);
                operator.created(this);
            }
            case "GET" -> get(request);
            case "PATCH" -> patch(request);
            case "DELETE" -> {
                ObjectNode gone = session;
                session = null;
                if (gone != null) {
                    tell("DELETED", gone);
                }
                request.answer(gone == null ? 404 : 200, "{}");
            }
            default -> request.answer(405, "{}");
        }
        return true;
    }

    private synchronized void create(HttpExchange request) throws IOException {
        ObjectNode made = (ObjectNode) mapper.readTree(request.text());
        ObjectNode metadata = (ObjectNode) made.path("metadata");
        metadata.put("name", metadata.path("generateName").asText() + "x7k2p")
                .put("namespace", "default")
                .put("uid", "session-uid")
                .put("resourceVersion", String.valueOf(version));
        session = made;
        request.answer(201, made.toString());
    }

    private void get(HttpExchange request) throws IOException {
        JsonNode now = session;
        if (now == null || !request.path().startsWith(SESSIONS + "/")) {
            request.answer(404, "{\"kind\":\"Status\",\"reason\":\"NotFound\",\"message\":\"not found\"}");
        } else {
            request.answer(200, now.toString());
        }
    }

    /** Of the spec alone. */
    private synchronized void patch(HttpExchange request) throws IOException {
        ObjectNode now = java.util.Objects.requireNonNull(session).deepCopy();
        ((ObjectNode) now.path("spec"))
                .setAll((ObjectNode) mapper.readTree(request.text()).path("spec"));
        ObjectNode metadata = (ObjectNode) now.path("metadata");
        metadata.put("resourceVersion", String.valueOf(++version))
                .put("generation", metadata.path("generation").asLong(1) + 1);
        session = now;
        tell("MODIFIED", now);
        request.answer(200, now.toString());
    }

    private void watch(HttpExchange request) throws IOException, InterruptedException {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        synchronized (this) {
            JsonNode now = session;
            String since = request.values("resourceVersion").getFirst();
            if (now != null
                    && !since.equals(
                            now.path("metadata").path("resourceVersion").asText())) {
                events.add("{\"type\":\"MODIFIED\",\"object\":" + now + "}\n");
            }
            watchers.add(events);
        }
        request.beginChunks();
        for (String event = events.take(); !event.isEmpty(); event = events.take()) {
            // In pieces: an event may be cut anywhere.
            request.chunk(event.substring(0, event.length() / 2));
            request.chunk(event.substring(event.length() / 2));
        }
        watchers.remove(events);
    }

    private boolean runExec(HttpExchange request, InputStream in) throws Exception {
        if (!request.headers().getOrDefault("sec-websocket-protocol", "").equals(subprotocol)) {
            request.answer(403, "");
            return true;
        }
        ServerSocketFrames frames = ServerSocketFrames.upgrade(request, in, subprotocol);
        exec.run(request.values("command"), frames.stdin(), frames.channel(1), frames.channel(2), frames.channel(3));
        frames.close();
        return false;
    }

    private static void close(Socket connection) {
        try {
            connection.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            // Until then the port may still take connections.
            acceptor.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        breakConnections();
    }
}
