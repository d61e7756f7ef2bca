package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the relay sends before the client's first byte: which session the pipe is for, and for whom. The relay copies its own
 * command line, so on the wire it is the length of {@code /proc/self/cmdline} as a little-endian u64 and then its bytes,
 * proc_pid_cmdline(5).
 *
 * @param namespace the session's namespace, or {@link #NO_NAMESPACE}
 * @param session the session's name
 * @param user who attaches, as the API server authenticated the client, or {@link #UNKNOWN}. True where the chart's
 *     admission policies are in force, which compare it with the request's user; a mere claim elsewhere. It may hold any
 *     characters: escape it wherever it is shown
 */
public record RelayRequest(String namespace, String session, String user) {
    /** Stands for a user who does not know its own name. */
    public static final String UNKNOWN = "-";

    /** In place of a namespace: the session is one on a node, which has none. */
    public static final String NO_NAMESPACE = "-";

    /** The longest command line that is read. */
    public static final int MAX_LENGTH = 4096;

    private static final int MAX_NAME = 253;
    private static final int MAX_USER = 1024;

    /** RFC 1123 subdomain, what Kubernetes allows as a name. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    public RelayRequest {
        if (!namespace.equals(NO_NAMESPACE)) {
            name("namespace", namespace);
        }
        name("session", session);
        if (user.isEmpty() || user.length() > MAX_USER || user.indexOf('\0') >= 0) {
            throw ProtocolException.violation("that is not the name of a user");
        }
    }

    /** The relay's command line for a session, as it is given to {@code pods/exec}. */
    public List<String> command() {
        return List.of("/relay", "attach", namespace, session, user);
    }

    /**
     * Reads one request, and not a byte more.
     *
     * @throws EOFException when the stream ends before
     * @throws ProtocolException when it is not {@code /relay attach NAMESPACE SESSION USER}
     */
    public static RelayRequest read(InputStream in) throws IOException {
        long length = ByteBuffer.wrap(exactly(in, Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        if (length < 1 || length > MAX_LENGTH) {
            throw ProtocolException.violation("a relay's command line of " + Long.toUnsignedString(length) + " bytes");
        }
        byte[] line = exactly(in, (int) length);
        if (line[line.length - 1] != 0) {
            throw ProtocolException.violation("a relay's command line that does not end with NUL");
        }
        String[] arguments = new String(line, 0, line.length - 1, UTF_8).split("\0", -1);
        if (arguments.length != 5 || !arguments[1].equals("attach")) {
            throw ProtocolException.violation("a relay knows only: attach NAMESPACE SESSION USER");
        }
        return new RelayRequest(arguments[2], arguments[3], arguments[4]);
    }

    /** What the relay sends for it, for somebody who passes the request on. */
    public byte[] bytes() {
        byte[] line = (String.join("\0", command()) + "\0").getBytes(UTF_8);
        return ByteBuffer.allocate(Long.BYTES + line.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(line.length)
                .put(line)
                .array();
    }

    private static void name(String what, String value) {
        if (value.length() > MAX_NAME || !NAME.matcher(value).matches()) {
            throw ProtocolException.violation("that is not the name of a " + what);
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the relay closed before it said which session it is for");
        }
        return bytes;
    }
}
