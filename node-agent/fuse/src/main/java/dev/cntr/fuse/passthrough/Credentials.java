package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Pages;
import dev.cntr.fuse.session.Request;
import dev.cntr.fuse.wire.GroupsExtension;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Syscall;
import org.jspecify.annotations.Nullable;

/**
 * As whom a thread acts. Creating takes the caller's user, group and supplementary groups, so that the owner, the group and the
 * set-gid bit come out as they would for the caller; the right to do so the kernel has checked already, so the thread keeps
 * the capabilities that pass over permissions. Calls by number concern the calling thread alone: setfsuid(2),
 * setfsgid(2), setgroups(2), capset(2).
 */
final class Credentials implements AutoCloseable {
    private static final int CAP_DAC_OVERRIDE = 1 << 1;
    private static final int CAP_DAC_READ_SEARCH = 1 << 2;
    private static final int CAP_FSETID = 1 << 4;
    private static final int CAP_MKNOD = 1 << 27;

    private static final int VERSION_3 = 0x20080522;
    private static final int HEADER = 0;
    private static final int DATA = 8;
    private static final int PERMITTED = 4;
    private static final int GROUPS = 64;
    private static final int MOST_GROUPS = (Pages.PAGE - GROUPS) / 4;

    private final Kernel kernel;
    private final Pages memory = Pages.allocate(Pages.PAGE);
    private final int own;
    private final int permitted;
    private final int ownGroups;

    private final @Nullable Owner owner;

    private boolean otherGroups;
    private int uid;
    private int gid;

    /**
     * For the calling thread, which keeps its capabilities.
     *
     * @param owner whose what is created becomes; null for the caller's
     */
    Credentials(Kernel kernel, @Nullable Owner owner) {
        this.kernel = kernel;
        this.owner = owner;
        Memory.putInt(memory.address() + HEADER, VERSION_3);
        long r = kernel.call(Syscall.CAPGET, memory.address() + HEADER, memory.address() + DATA);
        ErrnoException.check(r, Syscall.CAPGET, "");
        this.own = Memory.getInt(memory.address() + DATA);
        this.permitted = Memory.getInt(memory.address() + DATA + PERMITTED);
        r = kernel.call(Syscall.GETGROUPS, MOST_GROUPS, memory.address() + GROUPS);
        this.ownGroups = (int) ErrnoException.check(r, Syscall.GETGROUPS, "");
    }

    /**
     * Acts as the caller of a request that creates, or as who is to own what comes of it, passing over permissions, until {@link #restore}.
     *
     * @return 0, or EOVERFLOW where the caller has no id that the backing tree could store
     */
    int become(Request request) {
        int r = owner == null ? becomeStrictly(request) : become((int) owner.uid(), (int) owner.gid(), 0);
        if (r == 0 && uid != 0) {
            // setfsuid(2) has taken all capabilities that concern files out of the effective set
            int kept = own & ~fileCapabilities() | permitted & (CAP_DAC_OVERRIDE | CAP_DAC_READ_SEARCH);
            effective(kept | permitted & CAP_MKNOD);
        }
        return r;
    }

    /** {@code CAP_FS_MASK} of {@code linux/capability.h}, low half: CHOWN, DAC_*, FOWNER, FSETID, LINUX_IMMUTABLE, MKNOD. */
    private static int fileCapabilities() {
        return 1 | CAP_DAC_OVERRIDE | CAP_DAC_READ_SEARCH | 1 << 3 | CAP_FSETID | 1 << 9 | CAP_MKNOD;
    }

    /** As {@link #become}, but with no more rights to files than the caller has. */
    int becomeStrictly(Request request) {
        return become(request.uid(), request.gid(), GroupsExtension.find(request.address()));
    }

    private int become(int newUid, int newGid, long groups) {
        if (newUid == -1 || newGid == -1) {
            return (int) Errno.EOVERFLOW.negative();
        }
        uid = newUid;
        gid = newGid;
        if (groups != 0) {
            kernel.call(Syscall.SETGROUPS, GroupsExtension.count(groups), GroupsExtension.groups(groups));
            otherGroups = true;
        } else if (uid != 0 && ownGroups > 0) {
            kernel.call(Syscall.SETGROUPS, 0, 0);
            otherGroups = true;
        }
        kernel.call(Syscall.SETFSGID, gid & 0xffff_ffffL);
        kernel.call(Syscall.SETFSUID, uid & 0xffff_ffffL);
        return 0;
    }

    /** Acts as the server again. */
    void restore() {
        if (uid != 0) {
            kernel.call(Syscall.SETFSUID, 0);
            effective(own);
        }
        if (gid != 0) {
            kernel.call(Syscall.SETFSGID, 0);
        }
        if (otherGroups) {
            kernel.call(Syscall.SETGROUPS, ownGroups, memory.address() + GROUPS);
            otherGroups = false;
        }
    }

    /** From now on set-id bits go when the thread changes a file, as for a caller without CAP_FSETID. */
    void dropFsetid() {
        effective(own & ~CAP_FSETID);
    }

    void restoreFsetid() {
        effective(own);
    }

    private void effective(int capabilities) {
        Memory.putInt(memory.address() + DATA, capabilities);
        kernel.call(Syscall.CAPSET, memory.address() + HEADER, memory.address() + DATA);
    }

    @Override
    public void close() {
        memory.close();
    }
}
