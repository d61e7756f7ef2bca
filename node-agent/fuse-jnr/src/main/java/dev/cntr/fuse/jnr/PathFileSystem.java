package dev.cntr.fuse.jnr;

import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import jnr.ffi.Struct;
import jnr.posix.NanosecondFileStat;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import jnr.posix.util.DefaultPOSIXHandler;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.FuseStubFS;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseContext;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/**
 * The operations of libfuse's high-level interface, {@code struct fuse_operations} of {@code fuse.h}, each the same on the backing tree. Results
 * are 0 (or a count) and negative errnos. What is made belongs to the caller by a second call: jnr-posix changes users for the
 * whole process only.
 */
final class PathFileSystem extends FuseStubFS {
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int O_CREAT = 0x40;
    private static final int O_EXCL = 0x80;
    private static final int O_CLOEXEC = 0x80000;
    private static final int PERMISSIONS = 0xfff;
    private static final int STATFS_BYTES = 120;

    private final POSIX posix = POSIXFactory.getPOSIX(new ResultsOnly(), true);
    private final Fd rootFd;
    private final String root;
    private Runnable started = () -> {};

    /** The default handler throws where some calls fail, and what is thrown into libfuse comes out as success. */
    private static final class ResultsOnly extends DefaultPOSIXHandler {
        @Override
        public void error(Errno error, String detail) {}

        @Override
        public void error(Errno error, String call, String detail) {}
    }

    PathFileSystem(Fd root) {
        this.rootFd = root;
        this.root = "/proc/self/fd/" + root.number();
    }

    /** What is to be done by a thread of libfuse when the kernel has mounted it. */
    void onStart(Runnable action) {
        started = action;
    }

    /** Serves in the calling thread and others that it starts. Gives libfuse's exit status. */
    int serveAt(Path point, List<String> options) {
        List<String> arguments = new ArrayList<>(List.of("cntr", "-f", point.toString()));
        arguments.addAll(options);
        return libFuse.fuse_main_real(
                arguments.size(), arguments.toArray(String[]::new), fuseOperations, Struct.size(fuseOperations), null);
    }

    /** The super class would run fusermount(1) at the path at the end of the JVM, in whose namespace that is something else. */
    @Override
    public void umount() {}

    @Override
    public Pointer init(Pointer connection) {
        started.run();
        return connection;
    }

    private String at(String path) {
        return root + path;
    }

    private int result(int r) {
        return r < 0 ? -posix.errno() : r;
    }

    @Override
    public int getattr(String path, FileStat stat) {
        jnr.posix.FileStat backing = posix.allocateStat();
        int r = posix.lstat(at(path), backing);
        return r < 0 ? result(r) : put(backing, stat);
    }

    @Override
    public int fgetattr(String path, FileStat stat, FuseFileInfo file) {
        jnr.posix.FileStat backing = posix.allocateStat();
        int r = posix.fstat(file.fh.intValue(), backing);
        return r < 0 ? result(r) : put(backing, stat);
    }

    private static int put(jnr.posix.FileStat from, FileStat to) {
        to.st_dev.set(from.dev());
        to.st_ino.set(from.ino());
        to.st_mode.set(from.mode());
        to.st_nlink.set(from.nlink());
        to.st_uid.set(from.uid());
        to.st_gid.set(from.gid());
        to.st_rdev.set(from.rdev());
        to.st_size.set(from.st_size());
        to.st_blksize.set(from.blockSize());
        to.st_blocks.set(from.blocks());
        NanosecondFileStat nanos = (NanosecondFileStat) from;
        put(to.st_atim, from.atime(), nanos.aTimeNanoSecs());
        put(to.st_mtim, from.mtime(), nanos.mTimeNanoSecs());
        put(to.st_ctim, from.ctime(), nanos.cTimeNanoSecs());
        return 0;
    }

    private static void put(Timespec time, long seconds, long nanos) {
        time.tv_sec.set(seconds);
        time.tv_nsec.set(nanos);
    }

    @Override
    public int readlink(String path, Pointer buffer, long size) {
        int r = posix.readlink(at(path), buffer, (int) size - 1);
        if (r < 0) {
            return result(r);
        }
        buffer.putByte(r, (byte) 0);
        return 0;
    }

    @Override
    public int readdir(String path, Pointer buffer, FuseFillDir filler, long offset, FuseFileInfo file) {
        filler.apply(buffer, ".", null, 0);
        filler.apply(buffer, "..", null, 0);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(at(path)))) {
            for (Path entry : entries) {
                filler.apply(buffer, Objects.requireNonNull(entry.getFileName()).toString(), null, 0);
            }
            return 0;
        } catch (IOException e) {
            return -errno(e);
        } catch (DirectoryIteratorException _) {
            return -Errno.EIO.intValue();
        }
    }

    private static int errno(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> Errno.ENOENT.intValue();
            case NotDirectoryException _ -> Errno.ENOTDIR.intValue();
            case AccessDeniedException _ -> Errno.EACCES.intValue();
            default -> Errno.EIO.intValue();
        };
    }

    @Override
    public int mknod(String path, long mode, long device) {
        int made;
        switch ((int) mode & FileStat.S_IFMT) {
            case FileStat.S_IFREG -> {
                made = posix.open(at(path), O_CREAT | O_EXCL | O_CLOEXEC, (int) mode & PERMISSIONS);
                if (made >= 0) {
                    posix.close(made);
                }
            }
            case FileStat.S_IFIFO -> made = posix.mkfifo(at(path), (int) mode & PERMISSIONS);
            default -> {
                return -Errno.EPERM.intValue();
            }
        }
        return made < 0 ? result(made) : own(path, (int) mode);
    }

    @Override
    public int mkdir(String path, long mode) {
        int r = posix.mkdir(at(path), (int) mode);
        return r < 0 ? result(r) : own(path, (int) mode | inherited(path));
    }

    @Override
    public int symlink(String target, String path) {
        int r = posix.symlink(target, at(path));
        FuseContext caller = getContext();
        return r < 0 ? result(r) : result(posix.lchown(at(path), caller.uid.intValue(), group(path, caller)));
    }

    /** Gives something new to the caller, and the mode that was asked for: the process's umask is the JVM's. */
    private int own(String path, int mode) {
        FuseContext caller = getContext();
        int r = posix.lchown(at(path), caller.uid.intValue(), group(path, caller));
        return result(r < 0 ? r : posix.chmod(at(path), mode & PERMISSIONS));
    }

    /** The group of something new: the caller's, but in a directory with the set-gid bit that of the directory. */
    private int group(String path, FuseContext caller) {
        return inherited(path) != 0 ? -1 : caller.gid.intValue();
    }

    /** The set-gid bit of the directory that a path is in, which directories made in it have too. */
    private int inherited(String path) {
        jnr.posix.FileStat directory = posix.allocateStat();
        int r = posix.lstat(at(path.substring(0, path.lastIndexOf('/') + 1)), directory);
        return r < 0 ? 0 : directory.mode() & FileStat.S_ISGID;
    }

    @Override
    public int unlink(String path) {
        return result(posix.unlink(at(path)));
    }

    @Override
    public int rmdir(String path) {
        return result(posix.rmdir(at(path)));
    }

    @Override
    public int rename(String from, String to) {
        return result(posix.rename(at(from), at(to)));
    }

    @Override
    public int link(String from, String to) {
        return result(posix.link(at(from), at(to)));
    }

    @Override
    public int chmod(String path, long mode) {
        return result(posix.chmod(at(path), (int) mode & PERMISSIONS));
    }

    @Override
    public int chown(String path, long uid, long gid) {
        return result(posix.lchown(at(path), (int) uid, (int) gid));
    }

    @Override
    public int truncate(String path, long size) {
        return result(posix.truncate(at(path), size));
    }

    @Override
    public int ftruncate(String path, long size, FuseFileInfo file) {
        return result(posix.ftruncate(file.fh.intValue(), size));
    }

    @Override
    public int utimens(String path, Timespec[] times) {
        long[] access = {times[0].tv_sec.longValue(), times[0].tv_nsec.longValue()};
        long[] change = {times[1].tv_sec.longValue(), times[1].tv_nsec.longValue()};
        return result(posix.utimensat(AT_FDCWD, at(path), access, change, AT_SYMLINK_NOFOLLOW));
    }

    @Override
    public int open(String path, FuseFileInfo file) {
        return opened(posix.open(at(path), file.flags.intValue() & ~(O_CREAT | O_EXCL) | O_CLOEXEC, 0), file);
    }

    @Override
    public int create(String path, long mode, FuseFileInfo file) {
        int permissions = (int) mode & PERMISSIONS;
        int flags = file.flags.intValue() | O_CREAT | O_EXCL | O_CLOEXEC;
        int open = posix.open(at(path), flags, permissions);
        if (open < 0) {
            return result(open);
        }
        FuseContext caller = getContext();
        posix.fchown(open, caller.uid.intValue(), group(path, caller));
        posix.fchmod(open, permissions);
        return opened(open, file);
    }

    private int opened(int open, FuseFileInfo file) {
        if (open < 0) {
            return result(open);
        }
        file.fh.set(open);
        return 0;
    }

    @Override
    public int release(String path, FuseFileInfo file) {
        return result(posix.close(file.fh.intValue()));
    }

    @Override
    public int read(String path, Pointer buffer, long size, long offset, FuseFileInfo file) {
        byte[] bytes = new byte[(int) size];
        int r = (int) posix.pread(file.fh.intValue(), bytes, size, offset);
        if (r < 0) {
            return result(r);
        }
        buffer.put(0, bytes, 0, r);
        return r;
    }

    @Override
    public int write(String path, Pointer buffer, long size, long offset, FuseFileInfo file) {
        byte[] bytes = new byte[(int) size];
        buffer.get(0, bytes, 0, bytes.length);
        return result((int) posix.pwrite(file.fh.intValue(), bytes, size, offset));
    }

    @Override
    public int fsync(String path, int dataOnly, FuseFileInfo file) {
        int fd = file.fh.intValue();
        return result(dataOnly != 0 ? posix.fdatasync(fd) : posix.fsync(fd));
    }

    /** {@code struct statfs} of 64-bit machines, for which jnr-posix has no call. */
    @Override
    public int statfs(String path, Statvfs out) {
        try (Scratch s = new Scratch()) {
            long st = s.allocate(STATFS_BYTES);
            long r = Kernel.current().call(Syscall.FSTATFS, rootFd.number(), st);
            if (r < 0) {
                return (int) r;
            }
            out.f_bsize.set(Memory.getLong(st + 8));
            out.f_frsize.set(Memory.getLong(st + 72));
            out.f_blocks.set(Memory.getLong(st + 16));
            out.f_bfree.set(Memory.getLong(st + 24));
            out.f_bavail.set(Memory.getLong(st + 32));
            out.f_files.set(Memory.getLong(st + 40));
            out.f_ffree.set(Memory.getLong(st + 48));
            out.f_namemax.set(Memory.getLong(st + 64));
            return 0;
        }
    }
}
