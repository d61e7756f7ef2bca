package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.BackingMap;
import dev.cntr.fuse.wire.DeviceIoctl;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.util.Optional;

/** An open {@code /dev/fuse}: the server's end of a connection, or of one channel of it. */
public final class FuseDevice implements AutoCloseable {
    private static final String PATH = "/dev/fuse";

    private final Fd fd;

    private FuseDevice(Fd fd) {
        this.fd = fd;
    }

    /** Why there can be no FUSE here; empty where the device opens. */
    public static Optional<String> obstacle() {
        try (FuseDevice _ = open()) {
            return Optional.empty();
        } catch (ErrnoException e) {
            return Optional.of("cannot open " + PATH + ": " + e.errno().text());
        }
    }

    static FuseDevice open() {
        return new FuseDevice(Fd.open(PATH, OpenFlag.O_RDWR));
    }

    /** A further channel of the same connection, with a queue of its own for the requests it has read. */
    FuseDevice channel() {
        FuseDevice channel = open();
        try (Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.IOCTL, channel.number(), DeviceIoctl.CLONE, s.ints(number()));
            ErrnoException.check(r, Syscall.IOCTL, PATH + " FUSE_DEV_IOC_CLONE");
            return channel;
        } catch (ErrnoException e) {
            channel.close();
            throw e;
        }
    }

    int number() {
        return fd.number();
    }

    /**
     * Registers an open regular file as one that the kernel may read and write without the server.
     *
     * @param scratch room for {@link BackingMap#BYTES}
     * @return an id above 0, or the negative errno: EPERM without CAP_SYS_ADMIN or without passthrough, ELOOP where the
     *     file's file system is stacked too deeply
     */
    public long openBacking(Kernel kernel, long scratch, int file) {
        BackingMap.put(scratch, file);
        return kernel.call(Syscall.IOCTL, number(), DeviceIoctl.BACKING_OPEN, scratch);
    }

    /** Takes a backing id back. */
    public void closeBacking(Kernel kernel, long scratch, int id) {
        Memory.putInt(scratch, id);
        kernel.call(Syscall.IOCTL, number(), DeviceIoctl.BACKING_CLOSE, scratch);
    }

    @Override
    public void close() {
        fd.close();
    }
}
