package dev.cntr.agent.retired;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Where retired agents of a node are found: a directory for root alone, beside the relay's socket. Each has a name, under which are its two sockets and what it logs.
 *
 * @param directory there while an agent is retired
 */
public record Place(Path directory) {
    private static final String CONTROL = ".control";

    /** That of a node's agents. */
    public static Place beside(Path relaySocket) {
        return new Place(relaySocket.resolveSibling("retired"));
    }

    void make() throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** Where the agent after it says that it is there, and hears which sessions are kept. */
    Path control(String name) {
        return directory.resolve(name + CONTROL);
    }

    /** Where that one passes the relay's connections on to. */
    public Path relay(String name) {
        return directory.resolve(name + ".sock");
    }

    Path log(String name) {
        return directory.resolve(name + ".log");
    }

    /** Of all that have been here, also of those that are no more. */
    List<RetiredName> names() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> Objects.requireNonNull(file.getFileName()).toString())
                    .map(file -> file.substring(0, file.lastIndexOf('.') < 0 ? 0 : file.lastIndexOf('.')))
                    .flatMap(name -> RetiredName.parse(name).stream())
                    .distinct()
                    .toList();
        } catch (IOException _) {
            return List.of(); // nobody was
        }
    }

    /** Removes the sockets of one; the log is for whoever comes next. */
    void removeSockets(String name) {
        remove(control(name));
        remove(relay(name));
    }

    /** Removes all of one, and the directory with the last. */
    void remove(String name) {
        removeSockets(name);
        remove(log(name));
        removeIfEmpty();
    }

    void removeIfEmpty() {
        remove(directory);
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (DirectoryNotEmptyException | NoSuchFileException _) {
            // another's
        } catch (IOException _) {
            // the next agent tries again
        }
    }
}
