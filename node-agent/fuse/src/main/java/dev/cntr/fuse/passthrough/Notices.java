package dev.cntr.fuse.passthrough;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the kernel is told of changes, by one thread; others only ask for it.
 *
 * <p>An answer that was found before a change may come to the kernel after the notification: of the names, again after a while, when all such answers
 * have come ({@link Nodes} gives for long only what did not take longer). Of attributes the kernel itself takes none whose question is older than the
 * notification.
 *
 * <p>No lock is held while the kernel is told something: it may wait for a directory's lock, and its owner for an answer.
 */
final class Notices {
    /** Between notification and repetition. An answer that took half of this to find is not given for long. */
    static final Duration REPEATED = Duration.ofMillis(500);

    private static final Duration HELD_UP = Duration.ofMillis(300);

    private final Queue<Notice> asked = new ConcurrentLinkedQueue<>();
    private final Deque<Notice> repetitions = new ArrayDeque<>();
    private final Set<WatchedDirectory> changed = new HashSet<>();

    /** Since when a notification is being given, or 0. */
    private volatile long notifying;

    /** A name that is not to be gone by any more. */
    private record Notice(TreeWatch tree, long nodeId, byte[] name, long due) {}

    /** A name is to expire when the thread comes to it. By any thread. */
    void ask(TreeWatch tree, long nodeId, byte[] name) {
        asked.add(new Notice(tree, nodeId, name, 0));
    }

    /** Whether the kernel could not be told something for a while. By any thread. */
    boolean isHeldUp() {
        long since = notifying;
        return since != 0 && System.nanoTime() - since > HELD_UP.toNanos();
    }

    /** The kernel goes by a name no longer, from now on. */
    void expire(TreeWatch tree, long nodeId, byte[] name) {
        notifying(() -> tree.expireNow(nodeId, name));
        repetitions.add(new Notice(tree, nodeId, name, System.nanoTime() + REPEATED.toNanos()));
    }

    /** A directory's attributes are not gone by any more when the kernel is told next. */
    void changed(WatchedDirectory directory) {
        changed.add(directory);
    }

    /** Tells what has been asked for. */
    void tellAsked() {
        for (Notice notice = asked.poll(); notice != null; notice = asked.poll()) {
            expire(notice.tree(), notice.nodeId(), notice.name());
        }
    }

    /** Tells of the directories that have changed, and again what is due. */
    void tell() {
        for (WatchedDirectory directory : changed) {
            notifying(() -> directory.tree.invalidateNow(directory.inode.nodeId));
        }
        changed.clear();
        long now = System.nanoTime();
        for (Notice first = repetitions.peek(); first != null && first.due() - now <= 0; first = repetitions.peek()) {
            repetitions.remove();
            Notice due = first;
            notifying(() -> due.tree().expireNow(due.nodeId(), due.name()));
        }
    }

    /** When something is to be told again, if this is before some moment of {@link System#nanoTime}; that one otherwise. */
    long dueBefore(long moment) {
        Notice first = repetitions.peek();
        return first == null ? moment : Math.min(first.due(), moment);
    }

    void clear() {
        asked.clear();
        repetitions.clear();
        changed.clear();
    }

    private void notifying(Runnable notification) {
        notifying = System.nanoTime() | 1;
        notification.run();
        notifying = 0;
    }
}
