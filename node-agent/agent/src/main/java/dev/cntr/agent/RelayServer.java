package dev.cntr.agent;

import dev.cntr.agent.retired.Streams;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.protocol.ErrorCode;
import dev.cntr.protocol.ProtocolException;
import dev.cntr.protocol.RelayRequest;
import dev.cntr.protocol.ServerStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The unix socket at which the relay knocks for its clients. Everybody on the node who can reach the socket may connect:
 * what opens a session is the proof that its key is held.
 */
final class RelayServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RelayServer.class);

    /** Connections at one time; a further one waits in the socket's queue. */
    private static final int MAX_CONNECTIONS = 1024;

    private final ServerSocketChannel server;
    private final Path socket;
    private final Sessions sessions;
    private final Metrics metrics;
    private final Elsewhere elsewhere;
    private final Semaphore places = new Semaphore(MAX_CONNECTIONS);

    /** Who else on this node serves a session. */
    interface Elsewhere {
        /** The socket of who does. */
        Optional<Path> of(String namespace, String session);
    }

    /**
     * Listens.
     *
     * @param permissions of the socket
     * @param elsewhere asked about sessions that are not here
     */
    RelayServer(Path socket, String permissions, Sessions sessions, Elsewhere elsewhere, Metrics metrics) {
        this.socket = socket;
        this.sessions = sessions;
        this.elsewhere = elsewhere;
        this.metrics = metrics;
        try {
            Files.createDirectories(Objects.requireNonNull(socket.getParent(), "a socket has a directory"));
            Files.deleteIfExists(socket); // left by an agent that was killed
            server =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket), 128);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new AgentException("cannot listen on " + socket + " for the relay", e);
        }
        Thread.ofPlatform().daemon().name("relay").start(this::accept);
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                places.acquire();
                SocketChannel connection = server.accept();
                Thread.ofPlatform().daemon().name("relay-client").start(() -> {
                    try (connection) {
                        serve(connection);
                    } catch (IOException | ProtocolException e) {
                        log.info("a client was not served: {}", AgentException.chain(e));
                    } catch (RuntimeException e) {
                        log.error("serving a client failed", e);
                    } finally {
                        places.release();
                    }
                });
            } catch (ClosedChannelException _) {
                return;
            } catch (IOException e) {
                places.release();
                log.warn("accepting a connection of the relay failed: {}", AgentException.chain(e));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void serve(SocketChannel connection) throws IOException {
        InputStream in = new BufferedInputStream(Channels.newInputStream(connection), 64 * 1024);
        OutputStream out = Channels.newOutputStream(connection);
        RelayRequest request = RelayRequest.read(in);
        Optional<LiveSession> found = sessions.find(request.namespace(), request.session());
        Optional<Path> other =
                found.isPresent() ? Optional.empty() : elsewhere.of(request.namespace(), request.session());
        if (other.isPresent()) {
            passOn(request, in, connection, other.get());
            return;
        }
        if (found.isEmpty()) {
            Audit.refused(request, ErrorCode.SESSION_NOT_FOUND);
            refused(ErrorCode.SESSION_NOT_FOUND.name());
            ServerStream.refuse(
                    in,
                    out,
                    ErrorCode.SESSION_NOT_FOUND,
                    "this node's agent has no session " + request.session() + "; it may have ended: " + look(request));
            return;
        }
        LiveSession session = found.get();
        ServerStream stream;
        try {
            stream = ServerStream.accept(in, out, identity(session));
        } catch (IOException | ProtocolException e) {
            Audit.refused(session.resource(), request.user(), String.valueOf(e.getMessage()));
            refused(e instanceof ProtocolException told ? told.code().name() : "CONNECTION_BROKE");
            throw e;
        }
        // only now: whoever has no key must not keep the owner out
        switch (session.claim(stream)) {
            case Claim.Refused(ErrorCode code, String message) -> {
                Audit.refused(session.resource(), request.user(), message);
                refused(code.name());
                stream.end(code, message);
            }
            case Claim.Granted(var container) ->
                session.key().logged(() -> session.serve(stream, container, request.user()));
            case Claim.Joined(var attendance) -> session.key().logged(() -> attendance.serve(stream, request.user()));
        }
    }

    /** To the agent that keeps the session, which judges the client as it would have here. */
    private static void passOn(RelayRequest request, InputStream in, SocketChannel client, Path socket)
            throws IOException {
        try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            OutputStream out = Channels.newOutputStream(other);
            out.write(request.bytes());
            Streams.join(
                    new Streams.End(in, Channels.newOutputStream(client), client::shutdownOutput),
                    new Streams.End(Channels.newInputStream(other), out, other::shutdownOutput));
        }
    }

    private static String look(RelayRequest request) {
        return request.namespace().equals(RelayRequest.NO_NAMESPACE)
                ? "kubectl get nodedebugsession " + request.session()
                : "kubectl get debugsession " + request.session() + " -n " + request.namespace();
    }

    /** Counts it by a word of the kind that conditions have: {@code NotAuthorized}. */
    private void refused(String reason) {
        StringBuilder word = new StringBuilder();
        for (String part : reason.split("_", -1)) {
            word.append(part.charAt(0)).append(part.substring(1).toLowerCase(Locale.ROOT));
        }
        metrics.refused(word.toString());
    }

    private static ServerStream.Identity identity(LiveSession session) {
        DebugSessionStatus status = session.resource().getStatus();
        return new ServerStream.Identity(
                session.key().uid(),
                Objects.requireNonNullElse(status.podUID(), ""), // one on a node has no pod
                session.resource().getSpec().publicKeys());
    }

    /** Takes no more clients; those that are served stay. */
    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            log.warn("closing {} failed: {}", socket, AgentException.chain(e));
        }
    }
}
