package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

/**
 * A client that has proven who it is, as the agent has it.
 *
 * <pre>
 * ServerStream stream = ServerStream.accept(in, out, identity);      // or it throws, having told the client why
 * … start the command with a terminal of stream.size(), or stream.end(START_FAILED, why) …
 * Outcome outcome = new ServedCommand(process, tty).serve(stream);
 * </pre>
 */
public final class ServerStream {
    /** How long a client may take from the challenge to its proof. */
    static final Duration PROOF_TIME = Duration.ofSeconds(30);

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Which session a stream is for, by the agent's own knowledge.
     *
     * @param publicKeys {@code spec.attach.publicKeys}; with none nobody is let in
     */
    public record Identity(String sessionUid, String podUid, Collection<String> publicKeys) {}

    private final Connection connection;
    private final WindowSize size;
    private final Optional<Frame.Resume> resume;
    private final ByteBuffer nonce;
    private final KeepAlive.Pace pace;

    private ServerStream(
            Connection connection,
            WindowSize size,
            Optional<Frame.Resume> resume,
            ByteBuffer nonce,
            KeepAlive.Pace pace) {
        this.connection = connection;
        this.size = size;
        this.resume = resume;
        this.nonce = nonce;
        this.pace = pace;
    }

    /**
     * Lets a client prove that it holds a key of the session. Every call makes a nonce of its own, which is good for this
     * pipe, once, and 30 seconds: after that the pipe is closed.
     *
     * @param in from the client, after the {@link RelayRequest}; closing it must end a read that waits
     * @throws ProtocolException when the client is not let in; it was told
     * @throws IOException when the pipe breaks
     */
    public static ServerStream accept(InputStream in, OutputStream out, Identity identity) throws IOException {
        return accept(in, out, identity, KeepAlive.Pace.DEFAULT);
    }

    static ServerStream accept(InputStream in, OutputStream out, Identity identity, KeepAlive.Pace pace)
            throws IOException {
        Connection connection = new Connection(in, out);
        Thread watchdog = connection.closeAfter(PROOF_TIME);
        try {
            Frame first = connection.reader().read();
            Optional<Frame.Resume> resume = first instanceof Frame.Resume asked ? Optional.of(asked) : Optional.empty();
            WindowSize size = switch (first) {
                case Frame.Hello(int version, WindowSize its) -> ofVersion(version, its);
                case Frame.Resume asked -> ofVersion(asked.version(), asked.size());
                case null, default -> throw ProtocolException.violation("a stream begins with HELLO");
            };
            ByteBuffer nonce = ByteBuffer.wrap(nonce()).asReadOnlyBuffer();
            connection.writer().write(new Frame.Challenge(nonce, identity.sessionUid(), identity.podUid()));
            if (!(connection.reader().read() instanceof Frame.Proof proof)) {
                throw ProtocolException.violation("a challenge is answered with PROOF");
            }
            if (!Possession.verify(proof, nonce, identity.sessionUid(), identity.podUid(), identity.publicKeys())) {
                throw new ProtocolException(
                        ErrorCode.NOT_AUTHORIZED, "the proof was not made with a key of this session");
            }
            return new ServerStream(connection, size, resume, nonce, pace);
        } catch (ProtocolException e) {
            connection.farewell(new Frame.Error(e.code(), String.valueOf(e.getMessage())));
            throw e;
        } finally {
            watchdog.interrupt();
        }
    }

    private static WindowSize ofVersion(int version, WindowSize size) {
        if (version != Frame.VERSION) {
            throw new ProtocolException(
                    ErrorCode.VERSION,
                    "this agent speaks version " + Frame.VERSION + " of the stream, the client " + version
                            + "; use a kubectl-cntr of the agent's release");
        }
        return size;
    }

    /**
     * Refuses a client before any proof, for instance because its session is unknown. Reads its HELLO first, so that nothing
     * unread breaks the pipe before it has the answer.
     */
    public static void refuse(InputStream in, OutputStream out, ErrorCode code, String message) throws IOException {
        Connection connection = new Connection(in, out);
        Thread watchdog = connection.closeAfter(PROOF_TIME);
        try {
            connection.reader().read();
        } catch (ProtocolException _) {
            // It is refused in any case.
        } finally {
            watchdog.interrupt();
        }
        connection.farewell(new Frame.Error(code, message));
    }

    /** The client's terminal as it was when it said HELLO, or RESUME. */
    public WindowSize size() {
        return size;
    }

    /** Whether the client was let in before, was cut off, and wants to go on. */
    public boolean resumes() {
        return resume.isPresent();
    }

    /** Tells the client why it cannot be served, where it was not served yet. */
    public void end(ErrorCode code, String message) {
        connection.farewell(new Frame.Error(code, message));
    }

    Connection connection() {
        return connection;
    }

    Optional<Frame.Resume> resume() {
        return resume;
    }

    /** The one at which this client was let in. */
    ByteBuffer challenge() {
        return nonce;
    }

    KeepAlive.Pace pace() {
        return pace;
    }

    private static byte[] nonce() {
        byte[] nonce = new byte[Frame.Challenge.NONCE];
        RANDOM.nextBytes(nonce);
        return nonce;
    }
}
