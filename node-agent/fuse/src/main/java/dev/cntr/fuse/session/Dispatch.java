package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.BatchForgetIn;
import dev.cntr.fuse.wire.ForgetIn;
import dev.cntr.fuse.wire.InterruptIn;
import dev.cntr.fuse.wire.Opcode;
import dev.cntr.linux.Errno;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Leads a request to the method of the file system that answers it, and sees to it that each gets an answer. */
final class Dispatch {
    private static final System.Logger LOG = System.getLogger(Dispatch.class.getName());

    private Dispatch() {}

    /** Has a request answered: with ENOSYS where the opcode is not known, with EIO where the file system throws. */
    static void answer(@Nullable Opcode opcode, Request request, Reply reply, FileSystem fs, InFlight inFlight) {
        if (opcode == null) {
            reply.error(Errno.ENOSYS);
            return;
        }
        try {
            dispatch(opcode, request, reply, fs, inFlight);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "FUSE " + opcode + " of node " + request.nodeId() + " failed", e);
            if (opcode.hasReply() && !reply.isSent()) {
                reply.error(Errno.EIO);
            }
        }
    }

    private static void dispatch(Opcode opcode, Request request, Reply reply, FileSystem fs, InFlight inFlight) {
        switch (opcode) {
            case LOOKUP -> fs.lookup(request, reply);
            case GETATTR -> fs.getattr(request, reply);
            case SETATTR -> fs.setattr(request, reply);
            case STATX -> fs.statx(request, reply);
            case READLINK -> fs.readlink(request, reply);
            case SYMLINK -> fs.symlink(request, reply);
            case MKNOD -> fs.mknod(request, reply);
            case MKDIR -> fs.mkdir(request, reply);
            case UNLINK -> fs.unlink(request, reply);
            case RMDIR -> fs.rmdir(request, reply);
            case RENAME -> fs.rename(request, reply);
            case RENAME2 -> fs.rename2(request, reply);
            case LINK -> fs.link(request, reply);
            case OPEN -> fs.open(request, reply);
            case CREATE -> fs.create(request, reply);
            case TMPFILE -> fs.tmpfile(request, reply);
            case READ -> fs.read(request, reply);
            case WRITE -> fs.write(request, reply);
            case FLUSH -> fs.flush(request, reply);
            case RELEASE -> fs.release(request, reply);
            case FSYNC -> fs.fsync(request, reply);
            case FALLOCATE -> fs.fallocate(request, reply);
            case LSEEK -> fs.lseek(request, reply);
            case COPY_FILE_RANGE -> fs.copyFileRange(request, reply);
            case COPY_FILE_RANGE_64 -> fs.copyFileRange64(request, reply);
            case OPENDIR -> fs.opendir(request, reply);
            case READDIR -> fs.readdir(request, reply);
            case READDIRPLUS -> fs.readdirplus(request, reply);
            case RELEASEDIR -> fs.releasedir(request, reply);
            case FSYNCDIR -> fs.fsyncdir(request, reply);
            case GETXATTR -> fs.getxattr(request, reply);
            case SETXATTR -> fs.setxattr(request, reply);
            case LISTXATTR -> fs.listxattr(request, reply);
            case REMOVEXATTR -> fs.removexattr(request, reply);
            case STATFS -> fs.statfs(request, reply);
            case SYNCFS -> fs.syncfs(request, reply);
            case ACCESS -> fs.access(request, reply);
            case IOCTL -> fs.ioctl(request, reply);
            case GETLK -> fs.getlk(request, reply);
            case SETLK -> fs.setlk(request, reply);
            case SETLKW -> fs.setlkw(request, reply);
            case BMAP -> fs.bmap(request, reply);
            case POLL -> fs.poll(request, reply);
            case FORGET -> fs.forget(request.nodeId(), ForgetIn.lookups(request.body()));
            case BATCH_FORGET -> forgetAll(request, fs);
            case INTERRUPT -> interrupt(InterruptIn.unique(request.body()), fs, inFlight);
            case DESTROY -> reply.ok();
            // the session has answered INIT, never asks for what NOTIFY_REPLY brings, and does not agree to DAX
            case INIT, SETUPMAPPING, REMOVEMAPPING -> reply.error(Errno.ENOSYS);
            case NOTIFY_REPLY -> {}
        }
    }

    private static void interrupt(long unique, FileSystem fs, InFlight inFlight) {
        inFlight.interrupt(unique);
        fs.interrupted(unique);
    }

    private static void forgetAll(Request request, FileSystem fs) {
        long body = request.body();
        int count = Math.min(BatchForgetIn.count(body), BatchForgetIn.room(request.bodyBytes()));
        for (int i = 0; i < count; i++) {
            fs.forget(BatchForgetIn.nodeId(body, i), BatchForgetIn.lookups(body, i));
        }
    }
}
