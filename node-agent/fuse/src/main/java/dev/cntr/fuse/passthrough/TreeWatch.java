package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Notifier;
import dev.cntr.fuse.session.Session;
import dev.cntr.fuse.wire.InitFlag;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel may go by for long although others change the tree: names in directories that are watched, also absent ones, and the attributes of
 * those directories. Files' attributes are not among it, since a write is not told, nor are names of directories, over which something may be mounted. What changes is told to the kernel by {@link WatchThread}.
 *
 * <p>A directory is watched from the first look into it on, where it is on a file system all of whose changes pass this kernel, and tells names apart as
 * the kernel does.
 *
 * <p>Of a change through the mount itself the kernel knows: so the name is struck off before it is made, and its event tells nothing.
 */
final class TreeWatch implements AutoCloseable {
    /** Not longer, so that what goes wrong beyond all this (a notification that is held up, since its directory is) ends too. */
    static final Duration LONG = Duration.ofSeconds(60);

    /** ext4, XFS, Btrfs, tmpfs, overlayfs: {@code uapi/linux/magic.h}. */
    private static final Set<Long> LOCAL = Set.of(0xef53L, 0x58465342L, 0x9123683eL, 0x1021994L, 0x794c7630L);

    /** Those on which a directory can be told to fold case: ext4, tmpfs. */
    private static final Set<Long> FOLDING = Set.of(0xef53L, 0x1021994L);

    private static final int FS_IOC_GETFLAGS = 0x80086601;
    private static final int FS_CASEFOLD_FL = 0x4000_0000;
    private static final int OPEN = OpenFlag.bits(OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY, OpenFlag.O_NONBLOCK);

    /** Of all directories together: some 2 MiB. */
    private static final int MOST_NAMES = 40_000;

    private final Session session;
    private final WatchThread thread;
    private final boolean possible;
    private final AtomicInteger names = new AtomicInteger();
    private final FileSystemTypes types;
    private volatile @Nullable Notifier notifier;

    /** @param wanted whether the tree is in use, and its kernel may go by something for a while */
    TreeWatch(Session session, WatchThread thread, FileSystemTypes types, boolean wanted) {
        this.session = session;
        this.thread = thread;
        this.types = types;
        this.possible = wanted && session.negotiation().offered().contains(InitFlag.FUSE_HAS_EXPIRE_ONLY);
    }

    boolean isPossible() {
        return possible;
    }

    /** Has a directory watched. Gives it where it is. */
    @Nullable
    WatchedDirectory watch(Calls calls, Inode directory, int fd) {
        if (!possible) {
            return null;
        }
        WatchedDirectory watched = of(directory);
        return watched.isLive() || watched.mayBeTried() && begin(calls, watched, fd) ? watched : null;
    }

    private WatchedDirectory of(Inode directory) {
        WatchedDirectory known = directory.watched;
        if (known != null) {
            return known;
        }
        synchronized (directory) {
            known = directory.watched;
            if (known == null) {
                known = new WatchedDirectory(this, directory);
                directory.watched = known;
            }
            return known;
        }
    }

    private boolean begin(Calls calls, WatchedDirectory watched, int fd) {
        boolean begun = tellsAll(calls, watched.inode, fd) && canNotify() && thread.add(calls, watched, fd);
        if (!begun) {
            watched.tryLater();
        }
        return begun;
    }

    private boolean tellsAll(Calls calls, Inode directory, int fd) {
        long type = types.of(calls, directory, fd);
        return LOCAL.contains(type) && !(FOLDING.contains(type) && foldsCase(calls, fd));
    }

    /** Then a name is made under another spelling than the one that was looked up. */
    private static boolean foldsCase(Calls calls, int fd) {
        int open = calls.reopen(fd, OPEN);
        if (open < 0) {
            return true;
        }
        long flags = calls.scratch();
        Memory.putLong(flags, 0);
        long r = calls.kernel.call(Syscall.IOCTL, open, FS_IOC_GETFLAGS & 0xffff_ffffL, flags);
        calls.close(open);
        return r == 0 && (Memory.getInt(flags) & FS_CASEFOLD_FL) != 0;
    }

    private boolean canNotify() {
        if (notifier == null) {
            synchronized (this) {
                if (notifier == null) {
                    try {
                        notifier = session.notifier();
                    } catch (ErrnoException _) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** Notes a name before it is looked at. Gives whether the kernel may go by what is found for {@link #LONG}. */
    boolean give(Calls calls, Inode directory, int fd, long name, int length) {
        WatchedDirectory watched = watch(calls, directory, fd);
        return watched != null && !thread.isHeldUp() && watched.give(name, length);
    }

    /** Before a name is changed through the mount. Gives whether the kernel may be going by it for long. */
    static boolean withdraw(Inode directory, long name) {
        WatchedDirectory watched = directory.watched;
        return watched != null && watched.withdraw(name, (int) Memory.stringLength(name));
    }

    /** The kernel is told soon, by another thread, not to go by a name any more. */
    void expire(Inode directory, long name) {
        thread.expire(this, directory.nodeId, Memory.bytes(name, (int) Memory.stringLength(name)));
    }

    /** The kernel knows a directory no longer. */
    void forgotten(Inode directory) {
        WatchedDirectory watched = directory.watched;
        if (watched != null) {
            thread.remove(watched);
        }
    }

    boolean hasRoom() {
        return names.get() < MOST_NAMES;
    }

    /** So many more names have been given. */
    void gave(int more) {
        if (more != 0) {
            names.addAndGet(more);
        }
    }

    /** For {@link WatchThread}. */
    void expireNow(long nodeId, byte[] name) {
        Notifier n = notifier;
        if (n != null) {
            n.expireEntry(nodeId, name);
        }
    }

    /** For {@link WatchThread}. */
    void invalidateNow(long nodeId) {
        Notifier n = notifier;
        if (n != null) {
            n.invalidateAttributes(nodeId);
        }
    }

    @Override
    public void close() {
        if (possible) {
            thread.leave(this);
        }
        Notifier n = notifier;
        if (n != null) {
            n.close();
        }
    }
}
