package dev.cntr.linux.mount;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FileIdentity;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;

/**
 * The kernel's list of FUSE connections, to end one whose server hangs. It is a private mount of fusectl that is attached
 * nowhere: /sys/fs/fuse/connections is empty in a container. See {@code Documentation/filesystems/fuse/fuse.rst}.
 */
public final class FuseConnections implements AutoCloseable {
    private static final int MINOR_BITS = 20;

    private final Mount control;

    private FuseConnections(Mount control) {
        this.control = control;
    }

    /** Mounts fusectl. Needs CAP_SYS_ADMIN. */
    public static FuseConnections open() {
        try (FileSystemContext context = FileSystemContext.open("fusectl")) {
            return new FuseConnections(context.mount());
        }
    }

    /**
     * The number of a FUSE mount's connection: the device number of its superblock, which the kernel prints as it holds it
     * ({@code fuse_ctl_add_conn} in {@code fs/fuse/control.c}).
     */
    public static long connectionOf(Mount fuse) {
        FileIdentity device = fuse.device();
        return (long) device.major() << MINOR_BITS | device.minor();
    }

    /** Whether the connection is listed, that is, whether its file system is still mounted somewhere or in use. */
    public boolean contains(long connection) {
        try (Fd _ = Fd.open(control.fd(), Long.toString(connection), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY)) {
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Ends a connection: all its requests, waiting and future, fail with ECONNABORTED or ENOTCONN, and its server reads
     * ENODEV. Does nothing where it has ended already.
     */
    public void abort(long connection) {
        String path = connection + "/abort";
        try (Fd fd = Fd.open(control.fd(), path, OpenFlag.O_WRONLY);
                Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.WRITE, fd.number(), s.string("1"), 1);
            ErrnoException.check(r, Syscall.WRITE, "fusectl " + path);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        control.close();
    }
}
