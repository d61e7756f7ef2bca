package dev.cntr.kubectl;

import dev.cntr.api.TimeToLive;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.protocol.Possession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The private keys of sessions that somebody may come back to: a file each, for this user alone, by the session's uid in {@code
 * $XDG_STATE_HOME/kubectl-cntr}, or {@code ~/.local/state/kubectl-cntr}. A key is of no use after its session.
 */
final class SessionKeys {
    /** No session lives longer. */
    private static final Duration KEPT = TimeToLive.MAX.plusHours(1);

    private final Path directory;

    SessionKeys(Path directory) {
        this.directory = directory;
    }

    /** Those of the user whose environment that is. */
    static SessionKeys of(Map<String, String> environment) {
        String state = environment.get("XDG_STATE_HOME");
        Path base = state == null || state.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".local", "state")
                : Path.of(state);
        return new SessionKeys(base.resolve("kubectl-cntr"));
    }

    /** Keeps a session's key, and drops those that are of no use any more. */
    void keep(String uid, Possession key) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            dropOld();
            Path file = file(uid);
            Files.newByteChannel(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                    .close();
            Files.writeString(file, key.export());
        } catch (IOException | UncheckedIOException | UnsupportedOperationException e) {
            throw new CntrException(
                    ExitCode.INTERNAL,
                    "the session's key cannot be kept in " + directory + ": " + e
                            + "; without it nobody could come back: make that directory writable, or set XDG_STATE_HOME",
                    e);
        }
    }

    /** The key of a session. */
    Possession of(String uid, String name) {
        try {
            return Possession.of(Files.readString(file(uid)));
        } catch (NoSuchFileException e) {
            throw new CntrException(
                    ExitCode.FORBIDDEN,
                    "the key of the session " + name + " is not in " + directory
                            + ": one can come back only where it was begun, by the same user, with --detach or --detach-keys",
                    e);
        } catch (IOException | IllegalArgumentException e) {
            throw new CntrException(
                    ExitCode.INTERNAL,
                    "the key of the session " + name + " cannot be read from " + file(uid) + ": " + e,
                    e);
        }
    }

    /** The session is over. */
    void drop(String uid) {
        try {
            Files.deleteIfExists(file(uid));
        } catch (IOException _) {
            // it is dropped in a day
        }
    }

    private Path file(String uid) {
        if (!uid.matches("[-0-9a-zA-Z]{1,64}")) {
            throw new CntrException(ExitCode.INTERNAL, "the session's uid is no uid: " + uid);
        }
        return directory.resolve(uid + ".key");
    }

    private void dropOld() throws IOException {
        Instant limit = Instant.now().minus(KEPT);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".key")).toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
