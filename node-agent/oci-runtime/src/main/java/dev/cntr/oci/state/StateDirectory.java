package dev.cntr.oci.state;

import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import dev.cntr.oci.OciException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The directory of one container under the runtime's root. It exists from the begin of create to the end of delete. */
public final class StateDirectory implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_+.-]{1,1024}");
    private static final int S_IFIFO = 0010000;
    private static final int OWNER = 0600;

    private final String id;
    private final Path path;
    private final FileChannel lockFile;
    private final FileLock lock;

    private StateDirectory(String id, Path path) throws IOException {
        this.id = id;
        this.path = path;
        lockFile = FileChannel.open(
                path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        lock = lockFile.lock();
        if (!Files.exists(path.resolve("lock"))) { // deleted by whom we waited for
            lockFile.close();
            throw new NoSuchFileException(path.toString());
        }
    }

    /** @throws OciException where the id could not be a directory's name */
    public static void check(String id) {
        if (!ID.matcher(id).matches() || id.equals(".") || id.equals("..")) {
            throw new OciException("invalid container id \"" + id + "\": letters, digits and _+-. are allowed");
        }
    }

    /**
     * Takes an id, and locks it.
     *
     * @throws OciException where it is taken
     */
    public static StateDirectory create(Path root, String id) {
        check(id);
        Path path = root.resolve(id);
        try {
            Files.createDirectories(
                    root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createDirectory(
                    path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            return new StateDirectory(id, path);
        } catch (FileAlreadyExistsException e) {
            throw new OciException("container with id \"" + id + "\" exists already; delete it, or take another id");
        } catch (IOException e) {
            throw new OciException("cannot make " + path + ": " + e.getMessage(), e);
        }
    }

    /**
     * Opens a container's directory, and locks it.
     *
     * @throws OciException where there is none
     */
    public static StateDirectory open(Path root, String id) {
        check(id);
        Path path = root.resolve(id);
        try {
            return new StateDirectory(id, path);
        } catch (NoSuchFileException e) {
            throw new OciException("container \"" + id + "\" does not exist");
        } catch (IOException e) {
            throw new OciException("cannot open " + path + ": " + e.getMessage(), e);
        }
    }

    /** The ids that are taken. */
    public static List<String> ids(Path root) {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(Files::isDirectory)
                    .map(p -> String.valueOf(p.getFileName()))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new OciException("cannot list " + root + ": " + e.getMessage(), e);
        }
    }

    public String id() {
        return id;
    }

    /** Writes the state, whole or not at all. */
    public void write(ContainerState state) {
        Path next = path.resolve("state.json.next");
        try {
            Files.writeString(next, state.toJson());
            Files.move(next, path.resolve("state.json"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new OciException("cannot write the state of container " + id + ": " + e.getMessage(), e);
        }
    }

    /** The state; empty where create was cut short. */
    public Optional<ContainerState> read() {
        Path file = path.resolve("state.json");
        try {
            return Optional.of(ContainerState.read(file.toString(), Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new OciException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** What has become of the container. */
    public ContainerState.Status status(ContainerState state) {
        try (PinnedProcess _ = PinnedProcess.open(state.pid(), state.startTime())) {
            return Files.exists(fifo()) ? ContainerState.Status.CREATED : ContainerState.Status.RUNNING;
        } catch (ProcessGoneException e) {
            return ContainerState.Status.STOPPED;
        }
    }

    private Path fifo() {
        return path.resolve("exec.fifo");
    }

    /** Makes the FIFO that a created process reads from, mknod(2), open for both so that it does not end before start. */
    public Fd makeFifo() {
        try (Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.MKNODAT, At.FDCWD, s.string(fifo().toString()), S_IFIFO | OWNER, 0);
            ErrnoException.check(r, Syscall.MKNODAT, fifo().toString());
        }
        return Fd.open(fifo().toString(), OpenFlag.O_RDWR);
    }

    /**
     * Lets the created process go on to its command, once.
     *
     * @throws OciException where no process waits
     */
    public void releaseProcess() {
        try (Fd fifo = Fd.open(fifo().toString(), OpenFlag.O_WRONLY, OpenFlag.O_NONBLOCK);
                Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.WRITE, fifo.number(), s.string("0"), 1);
            ErrnoException.check(r, Syscall.WRITE, fifo().toString());
            Files.delete(fifo());
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENXIO || e.errno() == Errno.ENOENT) {
                throw new OciException("container " + id + " does not wait to be started", e);
            }
            throw e;
        } catch (IOException e) {
            throw new OciException("cannot remove " + fifo() + ": " + e.getMessage(), e);
        }
    }

    /** Removes the directory: the id is free again. */
    public void remove() {
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(path);
        } catch (NoSuchFileException e) {
            // somebody was faster
        } catch (IOException e) {
            throw new OciException("cannot remove " + path + ": " + e.getMessage(), e);
        }
    }

    /** Unlocks it. */
    @Override
    public void close() {
        try {
            lock.release();
            lockFile.close();
        } catch (IOException e) {
            throw new OciException("cannot unlock " + path + ": " + e.getMessage(), e);
        }
    }
}
