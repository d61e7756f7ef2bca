package dev.cntr.kubectl.cluster;

import io.fabric8.kubernetes.client.http.WebSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What comes out of an exec'd command: its output, in a bounded buffer, and the beginning of its complaints. */
final class ExecMessages implements WebSocket.Listener {
    /** With this much unread no further message is asked for. */
    private static final int ENOUGH = 256 * 1024;

    private static final int LONGEST_COMPLAINT = 4096;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuffer> unread = new ArrayDeque<>();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final ByteArrayOutputStream status = new ByteArrayOutputStream();
    private int size;
    private boolean ended;
    private @Nullable Throwable failure;
    /** The socket that waits to be asked for more, while the buffer is full. */
    private @Nullable WebSocket paused;

    @Override
    public void onMessage(WebSocket socket, ByteBuffer message) {
        boolean more = true;
        lock.lock();
        try {
            int channel = message.hasRemaining() ? message.get() : STDOUT;
            switch (channel) {
                case STDOUT -> {
                    if (message.hasRemaining() && !ended) {
                        unread.add(message);
                        size += message.remaining();
                        changed.signalAll();
                    }
                }
                case STDERR -> keep(message, errors);
                case ERROR -> keep(message, status);
                default -> {}
            }
            if (size >= ENOUGH) {
                paused = socket;
                more = false;
            }
        } finally {
            lock.unlock();
        }
        if (more) {
            socket.request();
        }
    }

    @Override
    public void onMessage(WebSocket socket, String message) {
        socket.request();
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
        end(null);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        end(error);
    }

    int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        WebSocket resume = null;
        int count;
        lock.lock();
        try {
            while (unread.isEmpty() && !ended) {
                changed.awaitUninterruptibly();
            }
            ByteBuffer first = unread.peek();
            if (first == null) {
                if (failure != null) {
                    throw new IOException(
                            "the connection to the API server broke: " + Failures.reason(failure), failure);
                }
                return -1;
            }
            count = Math.min(length, first.remaining());
            first.get(into, offset, count);
            if (!first.hasRemaining()) {
                unread.remove();
            }
            size -= count;
            if (size < ENOUGH) {
                resume = paused;
                paused = null;
            }
        } finally {
            lock.unlock();
        }
        if (resume != null) {
            resume.request();
        }
        return count;
    }

    /** Drops what is unread and ends the reader; true the first time. */
    boolean close() {
        lock.lock();
        try {
            unread.clear();
            size = 0;
            return end(null);
        } finally {
            lock.unlock();
        }
    }

    boolean ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Waits a little for the end, which may still be on its way when a write has failed. */
    void awaitEnd(Duration atMost) {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (!ended && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** The first bytes of the command's standard error. */
    String errors() {
        return text(errors);
    }

    /** The {@code v1.Status} about the command's end, as JSON; empty before it. */
    String status() {
        return text(status);
    }

    private String text(ByteArrayOutputStream kept) {
        lock.lock();
        try {
            return kept.toString(StandardCharsets.UTF_8).strip();
        } finally {
            lock.unlock();
        }
    }

    private static void keep(ByteBuffer message, ByteArrayOutputStream in) {
        byte[] bytes = new byte[Math.min(message.remaining(), LONGEST_COMPLAINT - in.size())];
        message.get(bytes);
        in.writeBytes(bytes);
    }

    private boolean end(@Nullable Throwable error) {
        lock.lock();
        try {
            boolean first = !ended;
            if (first) {
                ended = true;
                failure = error;
                changed.signalAll();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }
}
