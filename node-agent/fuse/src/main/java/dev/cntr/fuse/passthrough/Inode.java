package dev.cntr.fuse.passthrough;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file, directory or anything else of the backing tree that the kernel knows. Fields without a word on locking are
 * guarded by the inode itself.
 */
final class Inode {
    static final int NO_FD = -1;

    final long device;
    final long number;
    /** {@code S_IFMT} bits of its mode. */
    final int type;

    /** The kernel's number for it. Set once by the table, before anybody else sees the inode. */
    long nodeId;

    /** References that the kernel holds. Guarded by the table, as the next of the same hash. */
    long lookups;

    @Nullable
    Inode next;

    /** The O_PATH descriptor, or {@link #NO_FD} while it has none. Changed under the inode's lock, read without. */
    volatile int fd = NO_FD;

    /** Used since the clock hand came by. Races are harmless. */
    boolean used;

    /** Where it is found again; null where its name was removed: then it keeps its descriptor. */
    volatile @Nullable Location location;

    /** What is hidden in it and below, of a directory. */
    volatile @Nullable Mask mask;

    /** The kernel has forgotten it. */
    volatile boolean forgotten;

    /** Open files. While there are any, they all go the same way to the data: {@link #backingId}. */
    int opens;

    /** How many of them are for writing. */
    int writers;

    /** Above 0: registered for passthrough; {@link #CACHED}: not to be; 0: not decided. */
    int backingId;

    static final int CACHED = -1;

    /** Who has locks on it; null where nobody has. Changed under the inode's lock. */
    volatile @Nullable List<LockHolder> lockHolders;

    /** Whether a directory can be listed by its descriptor. */
    volatile boolean listable;

    /** Where the descriptor of a directory stands, if it can be listed by that. */
    long position;

    /** How its changes are told, of a directory that was looked into. Set once. */
    volatile @Nullable WatchedDirectory watched;

    /** Names of files in it have been given to a caller without their attributes. Races are harmless. */
    boolean listedWithoutAttributes;

    Inode(long device, long number, int type) {
        this.device = device;
        this.number = number;
        this.type = type;
    }

    synchronized boolean isWritten() {
        return writers > 0;
    }

    /** Whether a name in this directory, in native memory, is hidden. */
    boolean hides(long name) {
        Mask own = mask;
        return own != null && own.hides(name);
    }

    boolean isSame(long otherDevice, long otherNumber) {
        return number == otherNumber && device == otherDevice;
    }

    /** A name in a directory: what was last looked up. */
    record Location(Inode parent, byte[] name) {}
}
