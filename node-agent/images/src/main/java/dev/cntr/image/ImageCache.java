package dev.cntr.image;

import dev.cntr.engine.StoredImage;
import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Unpacked images in a directory that only root enters, by the digest of their configuration. Any number of programs may
 * share it: who uses an image holds a shared flock(2) on its lock file, who unpacks or removes it an exclusive one. What was
 * not unpacked to its end, because its program was killed, is never used, and is removed by the next one who unpacks anything.
 *
 * <pre>
 * HEX.lock      empty, kept
 * HEX/          the tree
 * HEX.partial/  one that is being unpacked or removed
 * </pre>
 */
public final class ImageCache {
    private static final int LOCK_SH = 1;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;
    private static final int S_IFMT = 0170000;
    private static final int S_IFDIR = 0040000;
    private static final int OTHERS = 0077;
    private static final String LOCK = ".lock";
    private static final String PARTIAL = ".partial";

    private final Path directory;
    private final MountPoints mountPoints;
    private final LayerUnpacker.Bounds bounds;

    /**
     * In a directory, which is made when the first image is unpacked.
     *
     * @param mountPoints what every tree gets where its image lacks it
     */
    public ImageCache(Path directory, MountPoints mountPoints) {
        this(directory, mountPoints, LayerUnpacker.Bounds.USUAL);
    }

    ImageCache(Path directory, MountPoints mountPoints, LayerUnpacker.Bounds bounds) {
        this.directory = directory.toAbsolutePath();
        this.mountPoints = mountPoints;
        this.bounds = bounds;
    }

    /**
     * Places in a tree on which something is to be mounted.
     *
     * @param directories from the root, without a leading slash
     * @param files likewise
     */
    public record MountPoints(List<String> directories, List<String> files) {
        public static final MountPoints NONE = new MountPoints(List.of(), List.of());

        public MountPoints {
            directories = List.copyOf(directories);
            files = List.copyOf(files);
        }
    }

    /**
     * What is known of an image without unpacking it.
     *
     * @param id the digest of its configuration
     * @param root where its tree is or would be
     * @param unpacked whether it is there
     * @param environment {@code NAME=value} each
     */
    public record Described(String id, Path root, boolean unpacked, List<String> environment) {
        public Described {
            environment = List.copyOf(environment);
        }
    }

    /**
     * An image that cannot be removed meanwhile.
     *
     * @param id the digest of its configuration
     * @param root its tree
     * @param environment {@code NAME=value} each
     */
    public record Held(String id, Path root, List<String> environment, Fd lock) implements AutoCloseable {
        @Override
        public void close() {
            lock.close();
        }
    }

    /**
     * Describes the image in a file, and changes nothing.
     *
     * @param tag which one, where the file has several
     * @throws ImageException where there is none, or it is broken as far as that shows
     */
    public Described describe(Path file, Optional<String> tag) {
        try (ImageFile image = ImageFile.open(file, tag)) {
            return described(image.id(), image.environment());
        } catch (IOException e) {
            throw new ImageException("cannot read the image " + file + ": " + e.getMessage(), e);
        }
    }

    /** Describes an image of an engine, and changes nothing. */
    public Described describe(StoredImage stored) {
        return switch (stored) {
            case StoredImage.Whole whole -> described(new Digest(whole.id()), whole.environment());
            case StoredImage.InParts parts -> {
                try (ImageFile image = ImageFile.of(parts)) {
                    yield described(image.id(), image.environment());
                } catch (IOException e) {
                    throw new ImageException("cannot read the " + parts.description() + ": " + e.getMessage(), e);
                }
            }
        };
    }

    private Described described(Digest id, List<String> environment) {
        Path tree = directory.resolve(id.hex());
        return new Described(id.text(), tree, Files.isDirectory(tree), environment);
    }

    /**
     * The image in a file, unpacked where it is not yet.
     *
     * @param tag which one, where the file has several
     * @throws ImageException where it cannot be used; nothing of it is left then
     */
    public Held open(Path file, Optional<String> tag) {
        try (ImageFile image = ImageFile.open(file, tag)) {
            return open(image);
        } catch (IOException | ErrnoException e) {
            throw new ImageException(
                    "cannot unpack the image " + file + " into " + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * An image of an engine, unpacked where it is not yet.
     *
     * @throws ImageException where it cannot be used; nothing of it is left then
     */
    public Held open(StoredImage stored) {
        try {
            makeDirectory();
            return switch (stored) {
                case StoredImage.Whole whole -> {
                    Optional<Held> here = unpacked(new Digest(whole.id()), whole.environment());
                    if (here.isPresent()) {
                        yield here.get();
                    }
                    try (ImageFile image = ImageFile.of(whole, directory, bounds.archive())) {
                        yield open(image);
                    }
                }
                case StoredImage.InParts parts -> {
                    try (ImageFile image = ImageFile.of(parts)) {
                        yield open(image);
                    }
                }
            };
        } catch (IOException | ErrnoException e) {
            throw new ImageException(
                    "cannot unpack the " + stored.description() + " into " + directory + ": " + e.getMessage(), e);
        }
    }

    /** An image that is here already. */
    private Optional<Held> unpacked(Digest id, List<String> environment) {
        Path tree = directory.resolve(id.hex());
        if (!Files.isDirectory(tree)) {
            return Optional.empty();
        }
        Fd lock = lockFile(id.hex());
        try {
            flock(lock, LOCK_SH, id.hex());
        } catch (ErrnoException e) {
            lock.close();
            throw e;
        }
        if (!Files.isDirectory(tree)) { // removed in between
            lock.close();
            return Optional.empty();
        }
        return Optional.of(new Held(id.text(), tree, environment, lock));
    }

    private Held open(ImageFile image) throws IOException {
        makeDirectory();
        String key = image.id().hex();
        Path tree = directory.resolve(key);
        Fd lock = lockFile(key);
        try {
            flock(lock, LOCK_SH, key);
            while (!Files.isDirectory(tree)) {
                flock(lock, LOCK_EX, key);
                if (!Files.isDirectory(tree)) { // else another one was quicker
                    removeUnfinished();
                    unpack(image, tree);
                }
                flock(lock, LOCK_SH, key); // not at once: another one may remove it in between
            }
            return new Held(image.id().text(), tree, image.environment(), lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** What is in it becomes the root of privileged programs: nobody else may have a hand in it. */
    private void makeDirectory() throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        int mode = (int) Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        int owner = (int) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        long me = Kernel.current().call(Syscall.GETEUID);
        if ((mode & S_IFMT) != S_IFDIR || (mode & OTHERS) != 0 || owner != me) {
            throw new ImageException("the directory of unpacked images " + directory
                    + " is not for its owner alone; make it a directory of user " + me + " with mode 0700");
        }
    }

    private Fd lockFile(String key) {
        try (Scratch s = new Scratch()) {
            String path = directory.resolve(key + LOCK).toString();
            int flags = OpenFlag.bits(OpenFlag.O_RDWR, OpenFlag.O_CREAT, OpenFlag.O_NOFOLLOW, OpenFlag.O_CLOEXEC);
            return Fd.of(
                    Kernel.current().call(Syscall.OPENAT, At.FDCWD, s.string(path), flags, 0600), Syscall.OPENAT, path);
        }
    }

    private static void flock(Fd lock, int operation, String key) {
        ErrnoException.check(
                Kernel.current().call(Syscall.FLOCK, lock.number(), operation), Syscall.FLOCK, "image " + key);
    }

    /** Takes the exclusive lock of an image where nobody holds it. */
    private Optional<Fd> tryLock(String key) {
        Fd lock = lockFile(key);
        long r = Kernel.current().call(Syscall.FLOCK, lock.number(), LOCK_EX | LOCK_NB);
        if (r < 0) {
            lock.close();
            if (r != Errno.EAGAIN.negative()) {
                ErrnoException.check(r, Syscall.FLOCK, "image " + key);
            }
            return Optional.empty();
        }
        return Optional.of(lock);
    }

    private void unpack(ImageFile image, Path tree) throws IOException {
        Path partial = tree.resolveSibling(tree.getFileName() + PARTIAL);
        delete(partial);
        Files.createDirectory(partial);
        try {
            // others than root have to get to the tools
            Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwxr-xr-x"));
            try (Fd root = Fd.open(partial.toString(), OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY)) {
                LayerUnpacker unpacker = new LayerUnpacker(root, bounds);
                for (ImageFile.Layer layer : image.layers()) {
                    add(image, layer, unpacker);
                }
                unpacker.complete(mountPoints.directories(), mountPoints.files());
                // before its name says that it is whole
                ErrnoException.check(
                        Kernel.current().call(Syscall.SYNCFS, root.number()), Syscall.SYNCFS, partial.toString());
            }
            Files.move(partial, tree);
        } catch (IOException | RuntimeException e) {
            delete(partial);
            throw e;
        }
    }

    private void add(ImageFile image, ImageFile.Layer layer, LayerUnpacker unpacker) throws IOException {
        String what = image.files().title() + ": " + layer.name();
        try (Digest.Stream packed = new Digest.Stream(image.files().open(layer.name()), Long.MAX_VALUE);
                Digest.Stream content = new Digest.Stream(Compression.unpacked(packed), bounds.archive())) {
            unpacker.add(content);
            content.check(layer.content(), what);
            if (layer.packed().isPresent()) {
                packed.check(layer.packed().get(), what);
            }
        } catch (IOException e) {
            throw new ImageException(what + " is broken: " + e.getMessage() + "; fetch the image again", e);
        }
    }

    /** The digests of the images that are here, {@code sha256:HEX} each. */
    public List<String> list() {
        return keys(LOCK).stream()
                .filter(key -> Files.isDirectory(directory.resolve(key)))
                .map(key -> "sha256:" + key)
                .toList();
    }

    /** What stands before a suffix in the names of files. */
    private List<String> keys(String suffix) {
        List<String> keys = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "*" + suffix)) {
            for (Path file : all) {
                String name = file.getFileName().toString();
                keys.add(name.substring(0, name.length() - suffix.length()));
            }
        } catch (NoSuchFileException e) {
            return List.of(); // nothing was ever unpacked
        } catch (IOException e) {
            throw new ImageException("cannot read " + directory + ": " + e.getMessage(), e);
        }
        return keys;
    }

    /**
     * Removes every image that nobody uses at this moment.
     *
     * @return the digests of those
     */
    public List<String> removeUnused() {
        List<String> removed = new ArrayList<>();
        for (String id : list()) {
            String key = id.substring("sha256:".length());
            Optional<Fd> lock = tryLock(key);
            if (lock.isPresent()) {
                try (Fd _ = lock.get()) {
                    Path partial = directory.resolve(key + PARTIAL); // a half-removed one must not look whole
                    delete(partial);
                    Files.move(directory.resolve(key), partial);
                    delete(partial);
                    removed.add(id);
                } catch (IOException e) {
                    throw new ImageException("cannot remove " + directory.resolve(key) + ": " + e.getMessage(), e);
                }
            }
        }
        removeUnfinished();
        return removed;
    }

    /** What was left where a program was killed: nobody holds its lock. */
    private void removeUnfinished() {
        for (String key : keys(PARTIAL)) {
            Optional<Fd> lock = tryLock(key);
            if (lock.isPresent()) {
                try (Fd _ = lock.get()) {
                    delete(directory.resolve(key + PARTIAL));
                } catch (IOException e) {
                    throw new ImageException(
                            "cannot remove " + directory.resolve(key + PARTIAL) + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
