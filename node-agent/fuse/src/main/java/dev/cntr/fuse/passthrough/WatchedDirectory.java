package dev.cntr.fuse.passthrough;

import java.util.ArrayList;
import java.util.List;

/**
 * A directory whose changes are told, or have been or may be again, and the names in it that the kernel may go by for long. Names are kept for at least
 * {@link TreeWatch#LONG}, after which the kernel does not go by them any more: {@link #turn}.
 */
final class WatchedDirectory {
    /** A directory with more events in a second is left alone: they cost those who change it. */
    private static final int MOST_EVENTS = 50;

    private static final long SECOND = 1_000_000_000L;
    private static final long LEFT_ALONE = 30 * SECOND;

    final TreeWatch tree;
    final Inode inode;

    /** The watch's number; guarded by {@link WatchThread}. */
    int wd;

    private volatile boolean live;
    private volatile long begun;
    private volatile long nextTry = System.nanoTime();

    private NameSet recent = new NameSet();
    private NameSet older = new NameSet();

    private long windowStart;
    private int events;

    WatchedDirectory(TreeWatch tree, Inode inode) {
        this.tree = tree;
        this.inode = inode;
    }

    boolean isLive() {
        return live;
    }

    /** Whether changes have been told since some moment of {@link System#nanoTime}. */
    boolean isLiveSince(long moment) {
        return live && begun - moment <= 0;
    }

    boolean mayBeTried() {
        return System.nanoTime() - nextTry >= 0;
    }

    void tryLater() {
        nextTry = System.nanoTime() + LEFT_ALONE;
    }

    void begin(int number) {
        wd = number;
        begun = System.nanoTime();
        live = true;
    }

    /** Notes a name before it is looked at. Gives whether the kernel may go by it for long. */
    synchronized boolean give(long name, int length) {
        if (!live) {
            return false;
        }
        if (recent.contains(name, length)) {
            return true;
        }
        boolean known = older.remove(name, length);
        if (!known && !tree.hasRoom()) {
            return false;
        }
        recent.add(name, length);
        tree.gave(known ? 0 : 1);
        return true;
    }

    /** Strikes a name off. Gives whether the kernel may be going by it. */
    synchronized boolean withdraw(long name, int length) {
        int before = recent.size() + older.size();
        recent.remove(name, length);
        older.remove(name, length);
        int taken = before - recent.size() - older.size();
        tree.gave(-taken);
        return taken > 0;
    }

    /** Strikes all off. */
    synchronized List<byte[]> withdrawAll() {
        List<byte[]> names = new ArrayList<>();
        recent.copyTo(names);
        older.copyTo(names);
        tree.gave(-names.size());
        recent = new NameSet();
        older = new NameSet();
        return names;
    }

    /** Changes are told no longer. Gives the names that the kernel may be going by. */
    synchronized List<byte[]> end() {
        live = false;
        tryLater();
        return withdrawAll();
    }

    /** Once in more than {@link TreeWatch#LONG}. */
    synchronized void turn() {
        if (recent.size() + older.size() > 0) {
            tree.gave(-older.size());
            older = recent;
            recent = new NameSet();
        }
    }

    /** Counts an event, and tells whether these are too many. For one thread. */
    boolean isBusy(long now) {
        if (now - windowStart > SECOND) {
            windowStart = now;
            events = 0;
        }
        return ++events > MOST_EVENTS;
    }
}
