package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Reply;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.IoctlIn;
import dev.cntr.fuse.wire.IoctlOut;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;

/**
 * The ioctls that are about files, whatever file system they are on: attributes as of lsattr(1) and chattr(1), project ids, the
 * generation. The kernel has checked the caller's right to them ({@code fs/ioctl.c}, {@code fs/file_attr.c}); all others would run with
 * the server's rights and are refused.
 */
final class Ioctls {
    private static final int FS_IOC_GETFLAGS = 0x80086601;
    private static final int FS_IOC_SETFLAGS = 0x40086602;
    private static final int FS_IOC_GETVERSION = 0x80087601;
    private static final int FS_IOC_FSGETXATTR = 0x801c581f;
    private static final int FS_IOC_FSSETXATTR = 0x401c5820;

    private static final int MOST_BYTES = 256;
    private static final int READ = OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_NONBLOCK);

    private final Calls calls;
    private final Nodes nodes;

    Ioctls(Calls calls, Nodes nodes) {
        this.calls = calls;
        this.nodes = nodes;
    }

    void ioctl(Request request, Reply reply) {
        long in = request.body();
        int command = IoctlIn.command(in);
        int inputSize = IoctlIn.inputSize(in);
        int outputSize = IoctlIn.outputSize(in);
        if (!isOffered(command)) {
            reply.error(Errno.ENOTTY);
            return;
        }
        if (inputSize < 0 || inputSize > MOST_BYTES || outputSize < 0 || outputSize > MOST_BYTES) {
            reply.error(Errno.EINVAL);
            return;
        }
        int fd = nodes.fd(request);
        int open = fd < 0 ? fd : calls.reopen(fd, READ);
        if (open < 0) {
            reply.error(open);
            return;
        }
        long out = reply.body();
        long data = out + IoctlOut.BYTES;
        IoctlOut.clear(out);
        Memory.clear(data, MOST_BYTES);
        Memory.copy(IoctlIn.data(in), data, inputSize);
        long r = calls.kernel.call(Syscall.IOCTL, open, command & 0xffff_ffffL, data);
        calls.close(open);
        if (r < 0) {
            reply.error(r);
        } else {
            IoctlOut.result(out, (int) r);
            reply.send(IoctlOut.BYTES + outputSize);
        }
    }

    private static boolean isOffered(int command) {
        return switch (command) {
            case FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_IOC_GETVERSION, FS_IOC_FSGETXATTR, FS_IOC_FSSETXATTR -> true;
            default -> false;
        };
    }
}
