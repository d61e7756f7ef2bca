package dev.cntr.fuse.passthrough;

import dev.cntr.fuse.session.Pages;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Syscall;

/** What happens to names in directories, and to directories themselves, inotify(7). What is written to files is not told. */
final class Inotify implements AutoCloseable {
    static final int IN_ATTRIB = 0x4;
    static final int IN_MOVED_FROM = 0x40;
    static final int IN_MOVED_TO = 0x80;
    static final int IN_CREATE = 0x100;
    static final int IN_DELETE = 0x200;
    static final int IN_DELETE_SELF = 0x400;
    static final int IN_MOVE_SELF = 0x800;
    static final int IN_UNMOUNT = 0x2000;
    static final int IN_Q_OVERFLOW = 0x4000;
    static final int IN_IGNORED = 0x8000;

    /** Of a name in the directory. */
    static final int NAMES = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

    private static final int IN_ONLYDIR = 0x1000000;
    private static final int MASK = NAMES | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    private static final int IN_NONBLOCK = 0x800;
    private static final int IN_CLOEXEC = 0x80000;

    /** {@code struct inotify_event}. */
    private static final int WD = 0;

    private static final int EVENT_MASK = 4;
    private static final int LENGTH = 12;
    private static final int NAME = 16;

    private static final int BUFFER = 64 << 10;

    private final Fd fd;
    private final Pages memory = Pages.allocate(BUFFER);

    private Inotify(Fd fd) {
        this.fd = fd;
    }

    /** An event. */
    @FunctionalInterface
    interface Receiver {
        /**
         * @param wd of the directory; -1 where events were lost
         * @param name in native memory, ended by a zero; empty for what happened to the directory itself
         */
        void received(int wd, int mask, long name);
    }

    /** @throws ErrnoException with EMFILE where the user has as many as may be: {@code fs.inotify.max_user_instances} */
    static Inotify open() {
        long r = Kernel.current().call(Syscall.INOTIFY_INIT1, IN_NONBLOCK | IN_CLOEXEC);
        return new Inotify(Fd.of(r, Syscall.INOTIFY_INIT1, ""));
    }

    /** Readable when there are events. */
    Fd fd() {
        return fd;
    }

    /**
     * Watches a directory.
     *
     * @return its number, the same for the same directory, or the negative errno
     */
    int add(Calls calls, int directory) {
        return (int) calls.kernel.call(Syscall.INOTIFY_ADD_WATCH, fd.number(), calls.path(directory), MASK);
    }

    void remove(int wd) {
        Kernel.current().call(Syscall.INOTIFY_RM_WATCH, fd.number(), wd);
    }

    /** Gives what has happened, and whether that was anything. */
    boolean read(Receiver receiver) {
        long at = memory.address();
        long n = Kernel.current().call(Syscall.READ, fd.number(), at, BUFFER);
        for (long end = at + n; at < end; at += NAME + Memory.getInt(at + LENGTH)) {
            // without a name none is there, and what follows may be the next event
            long name = Memory.getInt(at + LENGTH) == 0 ? at + LENGTH : at + NAME;
            receiver.received(Memory.getInt(at + WD), Memory.getInt(at + EVENT_MASK), name);
        }
        return n > 0;
    }

    /** Ends all watches. */
    @Override
    public void close() {
        fd.close();
        memory.close();
    }
}
