package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.NotifyCode;
import dev.cntr.fuse.wire.NotifyInvalEntryOut;
import dev.cntr.fuse.wire.NotifyInvalInodeOut;
import dev.cntr.fuse.wire.NotifyPruneOut;
import dev.cntr.fuse.wire.ReplyHeader;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;

/**
 * Tells the kernel, unasked, that what it knows is no longer good. But for {@link #dropPages} never to be used by a thread that answers requests: for a name the
 * kernel takes its directory's lock, which whoever waits for an answer may hold. What the kernel does not know, or no longer, is passed over.
 */
public final class Notifier implements AutoCloseable {
    /** How many nodes {@link #prune} can be told of at once: a page full. */
    public static final int MOST_PRUNED = (Pages.PAGE - ReplyHeader.BYTES - NotifyPruneOut.BYTES) / Long.BYTES;

    private final FuseDevice device;
    private final Pages memory = Pages.allocate(Pages.PAGE);
    private boolean closed;

    Notifier(FuseDevice device) {
        this.device = device;
    }

    /** The next use of a name asks again whether it still leads to its node. */
    public synchronized void expireEntry(long parent, byte[] name) {
        if (!closed) {
            NotifyInvalEntryOut.put(body(), parent, name, NotifyInvalEntryOut.EXPIRE_ONLY);
            write(NotifyCode.INVAL_ENTRY, NotifyInvalEntryOut.size(name.length));
        }
    }

    /** A name is dropped, and what is mounted over it unmounted: who uses its node goes on, as with one whose name was removed. */
    public synchronized void dropEntry(long parent, byte[] name) {
        if (!closed) {
            NotifyInvalEntryOut.put(body(), parent, name, 0);
            write(NotifyCode.INVAL_ENTRY, NotifyInvalEntryOut.size(name.length));
        }
    }

    /**
     * Nodes whose names nobody uses are forgotten: {@link NotifyPruneOut}. It waits for no lock of a directory.
     *
     * @param count how many of the numbers are meant, at most {@link #MOST_PRUNED}
     */
    public synchronized void prune(long[] nodeIds, int count) {
        if (!closed) {
            NotifyPruneOut.put(body(), nodeIds, count);
            write(NotifyCode.PRUNE, NotifyPruneOut.size(count));
        }
    }

    /** The next use of a node's attributes asks again; answers that are on their way are not taken. */
    public synchronized void invalidateAttributes(long nodeId) {
        if (!closed) {
            NotifyInvalInodeOut.putAttributesOnly(body(), nodeId);
            write(NotifyCode.INVAL_INODE, NotifyInvalInodeOut.BYTES);
        }
    }

    /**
     * What the kernel keeps of a node's data, of a directory its listing, is no longer good. It waits for nobody.
     *
     * @param scratch some memory of the calling thread
     */
    public static void dropPages(FuseDevice device, Kernel kernel, long scratch, long nodeId) {
        NotifyInvalInodeOut.putAll(scratch + ReplyHeader.BYTES, nodeId);
        write(device, kernel, scratch, NotifyCode.INVAL_INODE, NotifyInvalInodeOut.BYTES);
    }

    private long body() {
        return memory.address() + ReplyHeader.BYTES;
    }

    private void write(NotifyCode code, int bytes) {
        write(device, Kernel.current(), memory.address(), code, bytes);
    }

    private static void write(FuseDevice device, Kernel kernel, long header, NotifyCode code, int bytes) {
        int length = ReplyHeader.BYTES + bytes;
        ReplyHeader.length(header, length);
        ReplyHeader.error(header, code.number());
        ReplyHeader.unique(header, 0);
        kernel.call(Syscall.WRITE, device.number(), header, length);
    }

    /** Waits for a notification that is being given. */
    @Override
    public synchronized void close() {
        closed = true;
        device.close();
        memory.close();
    }
}
