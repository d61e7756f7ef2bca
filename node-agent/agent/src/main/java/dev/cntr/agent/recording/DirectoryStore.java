package dev.cntr.agent.recording;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recordings as files of a directory: of the node's disk, or of a volume. {@code ID.cast} is finished, {@code ID.cast.part} is
 * being written; both are for their owner only. What an earlier process was writing when it ended is taken for finished: it is all that was
 * seen. The oldest make room for new ones.
 */
public final class DirectoryStore implements RecordingStore {
    private static final Logger log = LoggerFactory.getLogger(DirectoryStore.class);

    static final String FINISHED = ".cast";
    static final String UNFINISHED = ".cast.part";

    private static final Set<StandardOpenOption> NEW =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

    private final Path directory;
    private final Bounds bounds;
    private final Bounds.Retention retention;
    private final Clock clock;
    /** Bytes of all files, this process being the only one that writes here. */
    private long held;

    /** Opens a store, making the directory where there is none. */
    public DirectoryStore(Path directory, Bounds bounds, Bounds.Retention retention, Clock clock) {
        this.directory = directory;
        this.bounds = bounds;
        this.retention = retention;
        this.clock = clock;
        try {
            Set<PosixFilePermission> ownersOnly = PosixFilePermissions.fromString("rwx------");
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(ownersOnly));
            Files.setPosixFilePermissions(directory, ownersOnly); // one that was there, such as a mounted volume
            for (Path part : files(UNFINISHED)) {
                if (!isWritten(part)) {
                    Files.move(part, path(id(part, UNFINISHED), FINISHED), StandardCopyOption.ATOMIC_MOVE);
                }
            }
            for (Path file : files(FINISHED)) {
                held += Files.size(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new RecordingException("the directory " + directory + " cannot hold recordings", e);
        }
        prune(0);
    }

    /** Whether another process, an agent that is retired, still writes it: that one holds a lock on it. */
    private static boolean isWritten(Path part) throws IOException {
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException _) {
            return false; // this one's own
        }
    }

    Path directory() {
        return directory;
    }

    /** Nothing to prove: what is begun here also stays here. */
    @Override
    public void announce(String id) {}

    @Override
    public Sink begin(String id) {
        RecordingStore.checked(id);
        prune(0);
        if (Files.exists(path(id, FINISHED))) {
            throw new RecordingException("there is a recording " + path(id, FINISHED) + " already");
        }
        Path part = path(id, UNFINISHED);
        try {
            var permissions = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            FileChannel channel = FileChannel.open(part, NEW, permissions);
            channel.tryLock(); // until it is closed
            return new File(id, channel);
        } catch (FileAlreadyExistsException e) {
            throw new RecordingException("the recording " + part + " is being written already", e);
        } catch (IOException e) {
            throw new RecordingException("the recording " + part + " cannot be begun", e);
        }
    }

    /** Drops a finished recording, such as one that is kept elsewhere by now. */
    synchronized void drop(String id) {
        Path file = path(id, FINISHED);
        try {
            long size = Files.size(file);
            Files.delete(file);
            held -= size;
        } catch (NoSuchFileException _) {
            // it has gone already
        } catch (IOException e) {
            throw new RecordingException("the recording " + file + " cannot be removed", e);
        }
    }

    /** The finished recordings, the oldest first. */
    List<String> finished() {
        return oldestFirst().stream().map(file -> id(file, FINISHED)).toList();
    }

    /** Nothing to close: files are closed one by one. */
    @Override
    public void close() {}

    private Path path(String id, String suffix) {
        return directory.resolve(id + suffix);
    }

    private static String id(Path file, String suffix) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - suffix.length());
    }

    private List<Path> files(String suffix) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.getFileName().toString().endsWith(suffix)
                            && ID.matcher(id(file, suffix)).matches()
                            && Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .toList();
        } catch (IOException e) {
            throw new RecordingException("the recordings in " + directory + " cannot be listed", e);
        }
    }

    private List<Path> oldestFirst() {
        return files(FINISHED).stream()
                .sorted(Comparator.comparing(DirectoryStore::modified).thenComparing(Path::toString))
                .toList();
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException _) {
            return FileTime.fromMillis(0);
        }
    }

    /** Drops what is too old, and the oldest until {@code more} bytes fit. */
    private synchronized void prune(long more) {
        FileTime oldest = FileTime.from(clock.instant().minus(bounds.age()));
        if (retention == Bounds.Retention.ALL_STAY || held + more <= bounds.total() && more > 0) {
            return;
        }
        for (Path file : oldestFirst()) {
            if (held + more > bounds.total() || modified(file).compareTo(oldest) < 0) {
                log.info(
                        "the recording {} of {} is dropped: too old, or the oldest when room was needed",
                        file,
                        modified(file));
                drop(id(file, FINISHED));
            } else {
                return;
            }
        }
    }

    private synchronized void release(long bytes) {
        held -= bytes;
    }

    /** Takes room for bytes that are about to be written. */
    private synchronized void reserve(Path part, long bytes) {
        prune(bytes);
        if (held + bytes > bounds.total()) {
            throw new RecordingException("the recording " + part + " does not fit: those that stay have " + held
                    + " of " + bounds.total() + " bytes");
        }
        held += bytes;
    }

    private final class File implements Sink {
        private final String id;
        private final FileChannel channel;
        private final MessageDigest digest = sha256();
        private long written;

        File(String id, FileChannel channel) {
            this.id = id;
            this.channel = channel;
        }

        @Override
        public void write(byte[] bytes) {
            Path part = path(id, UNFINISHED);
            if (written + bytes.length > bounds.each()) {
                throw new RecordingException(
                        "the recording " + part + " has reached the most for one, " + bounds.each() + " bytes");
            }
            reserve(part, bytes.length);
            try {
                ByteBuffer left = ByteBuffer.wrap(bytes);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
            } catch (IOException e) {
                release(bytes.length);
                cutToWholeLines();
                throw new RecordingException("the recording " + part + " cannot be written", e);
            }
            digest.update(bytes);
            written += bytes.length;
        }

        /** A write that failed may have written a part of a line. */
        private void cutToWholeLines() {
            try {
                channel.truncate(written);
            } catch (IOException _) {
                // it ends with a part of a line
            }
        }

        @Override
        public Stored finish() {
            Path part = path(id, UNFINISHED);
            Path file = path(id, FINISHED);
            try (channel) {
                channel.force(true);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
                try (FileChannel entries = FileChannel.open(directory)) {
                    entries.force(true);
                }
            } catch (IOException e) {
                throw new RecordingException("the recording " + part + " cannot be finished", e);
            }
            String sha256 = HexFormat.of().formatHex(digest.digest());
            return new Stored(id, file.toString(), written, sha256, Optional.empty());
        }

        @Override
        public void close() {
            if (channel.isOpen()) {
                try (channel) {
                    if (written == 0) {
                        Files.delete(path(id, UNFINISHED));
                    } else {
                        Files.move(path(id, UNFINISHED), path(id, FINISHED), StandardCopyOption.ATOMIC_MOVE);
                    }
                } catch (IOException _) {
                    // the next process finds it
                }
            }
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
