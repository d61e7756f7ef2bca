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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where the detached sessions of this machine listen: a socket each, named after the session, and after its exit code as well where its command has ended. */
public final class DetachedSessions {
    /** A variable that names the directory of the sockets. */
    public static final String VARIABLE = "CNTR_SESSIONS";

    /** A variable that says for how many seconds the end of a session is kept that nobody has seen. */
    public static final String KEPT = "CNTR_SESSIONS_KEPT";

    private static final String DEFAULT = "/run/cntr/sessions";
    private static final String SUFFIX = ".sock";
    private static final int ONLY_OWNER = 0600;
    private static final int BACKLOG = 16;
    private static final int ID_BYTES = 4;

    private static final Duration USUALLY_KEPT = Duration.ofMinutes(10);
    private static final Duration LONGEST_KEPT = Duration.ofDays(1);

    private final Path directory;
    private final Duration kept;

    private DetachedSessions(Path directory, Duration kept) {
        this.directory = directory;
        this.kept = kept;
    }

    /** Those that a process with this environment means. */
    public static DetachedSessions of(Map<String, String> environment) {
        return new DetachedSessions(
                Path.of(environment.getOrDefault(VARIABLE, DEFAULT)).toAbsolutePath(), kept(environment.get(KEPT)));
    }

    private static Duration kept(@Nullable String seconds) {
        if (seconds == null || seconds.isEmpty()) {
            return USUALLY_KEPT;
        }
        if (!seconds.matches("\\d{1,5}") || Integer.parseInt(seconds) > LONGEST_KEPT.toSeconds()) {
            throw new IllegalArgumentException(
                    KEPT + "=" + seconds + ": wanted is a number of seconds, up to " + LONGEST_KEPT.toSeconds());
        }
        return Duration.ofSeconds(Integer.parseInt(seconds));
    }

    /**
     * A session that goes on, or whose end nobody has seen yet.
     *
     * @param keeper the process that keeps it
     * @param words its command line, from {@code attach} on
     * @param exitCode of its command, where that has ended
     */
    public record Session(String id, int keeper, List<String> words, OptionalInt exitCode) {
        private String described() {
            return exitCode.isPresent() ? id + " (ended, " + exitCode.getAsInt() + ")" : id;
        }
    }

    /** What a socket's name says: {@code ID.sock}, or {@code ID.CODE.sock}. */
    private record Name(String id, OptionalInt exitCode) {
        private static final Pattern FORM = Pattern.compile("([^.]+)(?:\\.(\\d{1,3}))?\\.sock");

        static Optional<Name> parse(Path socket) {
            Matcher m = FORM.matcher(String.valueOf(socket.getFileName()));
            return m.matches()
                    ? Optional.of(new Name(
                            m.group(1),
                            m.group(2) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(m.group(2)))))
                    : Optional.empty();
        }

        String file() {
            return exitCode.isPresent() ? id + "." + exitCode.getAsInt() + SUFFIX : id + SUFFIX;
        }
    }

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

    /** Says how the command of a session has ended, which still listens. */
    public void end(String id, int code) {
        try {
            Files.move(
                    directory.resolve(new Name(id, OptionalInt.empty()).file()),
                    directory.resolve(new Name(id, OptionalInt.of(code)).file()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long the end of a session is kept that nobody has seen. */
    public Duration kept() {
        return kept;
    }

    /** Takes away the name of a session of which nothing is left. */
    public void forget(String id) throws IOException {
        for (Name name : names()) {
            if (name.id().equals(id)) {
                Files.deleteIfExists(directory.resolve(name.file()));
            }
        }
    }

    /** All that there are, by name; the names of those whose keeper was killed are taken away. */
    public List<Session> list() throws IOException {
        List<Session> sessions = new ArrayList<>();
        for (Name name : names()) {
            try (Fd connection = connect(name.id())) {
                int keeper = UnixSocket.peer(connection).pid();
                sessions.add(new Session(name.id(), keeper, words(keeper), name.exitCode()));
            } catch (ErrnoException e) {
                if (e.errno() == Errno.ECONNREFUSED) {
                    forget(name.id());
                }
            }
        }
        return sessions;
    }

    private List<Name> names() throws IOException {
        List<Name> names = new ArrayList<>();
        try (DirectoryStream<Path> sockets = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            sockets.forEach(socket -> Name.parse(socket).ifPresent(names::add));
        } catch (NoSuchFileException e) {
            return List.of(); // there never was one
        } catch (DirectoryIteratorException e) {
            throw new UncheckedIOException(e.getCause());
        }
        names.sort(Comparator.comparing(Name::id));
        return names;
    }

    /** Connects to a session; it may get its other name meanwhile. */
    Fd connect(String id) throws IOException {
        try {
            return connectOnce(id);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            return connectOnce(id);
        }
    }

    private Fd connectOnce(String id) throws IOException {
        Name name =
                names().stream().filter(n -> n.id().equals(id)).findFirst().orElse(new Name(id, OptionalInt.empty()));
        return UnixSocket.connect(directory.resolve(name.file()).toString());
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
            throw new IllegalArgumentException("there is no session" + which + ": none is in " + directory
                    + "; `cntr attach --detach` begins one");
        }
        throw new IllegalArgumentException(
                (meant.isEmpty() ? "there is no session" + which : "which session" + which + "?")
                        + "; those that there are: "
                        + String.join(", ", all.stream().map(Session::described).toList()));
    }
}
