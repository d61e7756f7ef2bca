package dev.cntr.fuse.passthrough;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Poll;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the kernel what others have changed in the trees of a program: one inotify instance and one thread for all, as long as something is watched.
 */
final class WatchThread {
    /** That of this program: it leaves most of what the user may watch to others. */
    static final WatchThread PROCESS = new WatchThread(Math.min(32 << 10, allowed() / 4));

    private static final System.Logger LOG = System.getLogger(WatchThread.class.getName());
    private static final int STACK_BYTES = 256 << 10;

    /** Events of so long come together, where there are many. */
    private static final Duration TOGETHER = Duration.ofMillis(5);

    private static final Duration LAST_NOTIFICATION = Duration.ofSeconds(1);
    private static final long TURN = TreeWatch.LONG.plusSeconds(6).toNanos();

    private final int most;
    private final Map<Integer, List<WatchedDirectory>> directories = new HashMap<>();
    private final Set<TreeWatch> trees = new HashSet<>();
    private @Nullable Running running;
    private @Nullable Thread thread;
    private boolean complained;

    private final Notices notices = new Notices();
    private long nextTurn;

    private record Running(Inotify inotify, Event wake) {}

    /** @param most how many directories are watched at a time */
    WatchThread(int most) {
        this.most = most;
    }

    /** Read at once, and not byte by byte as by {@link Files#readString}: of a sysctl the second read(2) gives the end. */
    private static int allowed() {
        try (BufferedReader limit = Files.newBufferedReader(Path.of("/proc/sys/fs/inotify/max_user_watches"))) {
            return Integer.parseInt(String.valueOf(limit.readLine()));
        } catch (IOException | NumberFormatException _) {
            return 0;
        }
    }

    /** Begins to watch a directory, by an open descriptor of it. Gives whether it is watched. */
    synchronized boolean add(Calls calls, WatchedDirectory directory, int fd) {
        if (directory.isLive()) {
            return true;
        }
        if (directories.size() >= most) {
            return false;
        }
        try {
            Running now = start();
            int wd = now.inotify().add(calls, fd);
            if (wd < 0) {
                complain("fs.inotify.max_user_watches allows no more");
                return false;
            }
            directories.computeIfAbsent(wd, ignored -> new ArrayList<>()).add(directory);
            trees.add(directory.tree);
            directory.begin(wd);
            return true;
        } catch (ErrnoException e) {
            complain("no inotify instance: " + e.errno().text());
            return false;
        }
    }

    private Running start() {
        Running now = running;
        if (now == null) {
            Inotify inotify = Inotify.open();
            Running started;
            try {
                started = new Running(inotify, Event.open());
            } catch (ErrnoException e) {
                inotify.close();
                throw e;
            }
            running = started;
            now = started;
            thread = Thread.ofPlatform()
                    .name("fuse-changes-outside")
                    .daemon()
                    .stackSize(STACK_BYTES)
                    .start(() -> run(started));
        }
        return now;
    }

    private void complain(String why) {
        if (!complained) {
            complained = true;
            LOG.log(
                    Level.INFO,
                    "directories of a tree in use are not watched, so the kernel asks for their names each second: {0}",
                    why);
        }
    }

    /** Ends the watch of a directory that the kernel knows no longer. */
    synchronized void remove(WatchedDirectory directory) {
        if (drop(directory)) {
            directory.end();
        }
    }

    private boolean drop(WatchedDirectory directory) {
        Running now = running;
        List<WatchedDirectory> same = directories.get(directory.wd);
        if (now == null || same == null || !same.remove(directory)) {
            return false;
        }
        if (same.isEmpty()) {
            directories.remove(directory.wd);
            now.inotify().remove(directory.wd);
        }
        return true;
    }

    /** A tree is closed: nothing of it is watched any more. With the last the thread ends. */
    void leave(TreeWatch tree) {
        Thread ending = dropAll(tree);
        if (ending != null) {
            try {
                ending.join(LAST_NOTIFICATION);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized @Nullable Thread dropAll(TreeWatch tree) {
        if (!trees.remove(tree)) {
            return null;
        }
        List<WatchedDirectory> own = directories.values().stream()
                .flatMap(List::stream)
                .filter(directory -> directory.tree == tree)
                .toList();
        own.forEach(this::drop);
        wake();
        return trees.isEmpty() ? thread : null;
    }

    synchronized int watched() {
        return directories.size();
    }

    /** Has a name expired, by this thread, when the lock of its directory is free. */
    void expire(TreeWatch tree, long nodeId, byte[] name) {
        notices.ask(tree, nodeId, name);
        wake();
    }

    private synchronized void wake() {
        if (running != null) {
            running.wake().raise();
        }
    }

    /** Whether the kernel could not be told something for a while. */
    boolean isHeldUp() {
        return notices.isHeldUp();
    }

    private void run(Running now) {
        try {
            nextTurn = System.nanoTime() + TURN;
            await(now);
            while (isNeeded(now)) {
                work(now);
                await(now);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stop(now);
        }
    }

    private void await(Running now) {
        Duration timeout = Duration.ofNanos(Math.max(0, notices.dueBefore(nextTurn) - System.nanoTime()));
        Poll.await(
                List.of(
                        new Poll.Interest(now.inotify().fd(), Poll.IN),
                        new Poll.Interest(now.wake().fd(), Poll.IN)),
                timeout);
    }

    private synchronized boolean isNeeded(Running now) {
        if (trees.isEmpty()) {
            stop(now);
            return false;
        }
        now.wake().lower();
        return true;
    }

    private synchronized void stop(Running now) {
        if (running == now) {
            running = null;
            trees.clear();
            directories.values().forEach(same -> same.forEach(WatchedDirectory::end));
            directories.clear();
            notices.clear();
            now.inotify().close();
            now.wake().close();
        }
    }

    private void work(Running now) throws InterruptedException {
        notices.tellAsked();
        boolean some = now.inotify().read(this::received);
        notices.tell();
        if (System.nanoTime() - nextTurn >= 0) {
            nextTurn = System.nanoTime() + TURN;
            all().forEach(WatchedDirectory::turn);
        }
        if (some) {
            Thread.sleep(TOGETHER);
        }
    }

    private synchronized List<WatchedDirectory> all() {
        return directories.values().stream().flatMap(List::stream).toList();
    }

    private synchronized List<WatchedDirectory> of(int wd) {
        return List.copyOf(directories.getOrDefault(wd, List.of()));
    }

    private void received(int wd, int mask, long name) {
        if ((mask & Inotify.IN_Q_OVERFLOW) != 0) {
            all().forEach(directory -> expireAll(directory, directory.withdrawAll()));
            return;
        }
        for (WatchedDirectory directory : of(wd)) {
            if ((mask & (Inotify.IN_IGNORED | Inotify.IN_UNMOUNT)) != 0) {
                leave(directory);
            } else if ((mask & Inotify.NAMES) != 0) {
                nameChanged(directory, name);
            } else if ((mask & Inotify.IN_ATTRIB) == 0 || Memory.getByte(name) == 0) {
                notices.changed(directory);
            }
        }
    }

    private void nameChanged(WatchedDirectory directory, long name) {
        int length = (int) Memory.stringLength(name);
        notices.changed(directory);
        if (directory.withdraw(name, length)) {
            notices.expire(directory.tree, directory.inode.nodeId, Memory.bytes(name, length));
        }
        if (directory.isBusy(System.nanoTime())) {
            leave(directory);
        }
    }

    /** Watches a directory no longer, and the kernel goes by nothing of it. */
    private void leave(WatchedDirectory directory) {
        synchronized (this) {
            drop(directory);
        }
        expireAll(directory, directory.end());
    }

    private void expireAll(WatchedDirectory directory, List<byte[]> names) {
        names.forEach(name -> notices.expire(directory.tree, directory.inode.nodeId, name));
        notices.changed(directory);
    }
}
