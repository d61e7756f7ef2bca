package dev.cntr.cli.detached;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.linux.socket.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the detached sessions of this machine listen: a socket each, named after the session. */
public final class DetachedSessions {
    /** A variable that names the directory of the sockets. */
    public static final String VARIABLE = "CNTR_SESSIONS";

    private static final String DEFAULT = "/run/cntr/sessions";
    private static final String SUFFIX = ".sock";
    private static final int ONLY_OWNER = 0600;
    private static final int BACKLOG = 16;
    private static final int ID_BYTES = 4;

    private final Path directory;

    private DetachedSessions(Path directory) {
        this.directory = directory;
    }

    /** Those that a process with this environment means. */
    public static DetachedSessions of(Map<String, String> environment) {
        return new DetachedSessions(
                Path.of(environment.getOrDefault(VARIABLE, DEFAULT)).toAbsolutePath());
    }

    /**
     * A session that goes on.
     *
     * @param keeper the process that keeps it
     * @param words its command line, from {@code attach} on
     */
    public record Session(String id, int keeper, List<String> words) {}

    /** A name for a new session. */
    public static String newId() {
        byte[] id = new byte[ID_BYTES];
        new SecureRandom().nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /** Where the sockets are. */
    public Path directory() {
        return directory;
    }

    /** Listens for who looks at a session. The directory has to be there, and root's own. */
    public Fd listen(String id) {
        try (Fd open = Fd.open(directory.toString(), OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY)) {
            return UnixSocket.listen(open, id + SUFFIX, ONLY_OWNER, BACKLOG);
        }
    }

    /** Takes away the name of a session that has ended. */
    public void forget(String id) throws IOException {
        Files.deleteIfExists(directory.resolve(id + SUFFIX));
    }

    /** All that go on, by name; the names of those whose keeper was killed are taken away. */
    public List<Session> list() throws IOException {
        List<Session> sessions = new ArrayList<>();
        for (String id : names()) {
            try (Fd connection = connect(id)) {
                int keeper = UnixSocket.peer(connection).pid();
                sessions.add(new Session(id, keeper, words(keeper)));
            } catch (ErrnoException e) {
                if (e.errno() == Errno.ECONNREFUSED) {
                    forget(id);
                }
            }
        }
        return sessions;
    }

    private List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> sockets = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            sockets.forEach(socket -> {
                String name = String.valueOf(socket.getFileName());
                names.add(name.substring(0, name.length() - SUFFIX.length()));
            });
        } catch (NoSuchFileException e) {
            return List.of(); // there never was one
        } catch (DirectoryIteratorException e) {
            throw new UncheckedIOException(e.getCause());
        }
        names.sort(Comparator.naturalOrder());
        return names;
    }

    /** Connects to a session that goes on. */
    Fd connect(String id) {
        return UnixSocket.connect(directory.resolve(id + SUFFIX).toString());
    }

    private static List<String> words(int keeper) {
        try (ProcessFiles files = ProcessFiles.open(keeper)) {
            List<String> words = files.arguments().stream()
                    .map(word -> new String(word, StandardCharsets.UTF_8))
                    .toList();
            int first = words.indexOf("attach");
            return first < 0 ? words : words.subList(first, words.size());
        }
    }

    /**
     * The session that somebody means.
     *
     * @param name an id or the beginning of one; none means the only one that there is
     * @throws IllegalArgumentException where that is none, or not one
     */
    public Session find(Optional<String> name) throws IOException {
        List<Session> all = list();
        List<Session> meant = all.stream()
                .filter(session -> name.map(session.id()::startsWith).orElse(true))
                .toList();
        if (meant.size() == 1) {
            return meant.getFirst();
        }
        String which = name.map(n -> " \"" + n + "\"").orElse("");
        if (all.isEmpty()) {
            throw new IllegalArgumentException("there is no session" + which + ": none goes on in " + directory
                    + "; `cntr attach --detach` begins one");
        }
        throw new IllegalArgumentException(
                (meant.isEmpty() ? "there is no session" + which : "which session" + which + "?")
                        + "; those that go on: "
                        + String.join(", ", all.stream().map(Session::id).toList()));
    }
}
