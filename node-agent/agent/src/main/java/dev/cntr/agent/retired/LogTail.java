package dev.cntr.agent.retired;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Passes on whole lines that are written to the end of a file, each once. What is passed on makes place: it becomes a hole of the file (fallocate(2)), so that the file takes no more room than what nobody has
 * read, and whoever reads it next begins behind the hole.
 */
final class LogTail {
    private static final int PUNCH_HOLE_KEEP_SIZE = 1 | 2;
    private static final int CHUNK = 64 * 1024;
    private static final long LOOK_MILLIS = 500;

    private final Path file;
    private final OutputStream out;
    private long done;
    private volatile boolean stopped;

    LogTail(Path file, OutputStream out) {
        this.file = file;
        this.out = out;
    }

    /** Goes on until {@link #stop} or {@link #finish}. */
    void start() {
        Thread.ofPlatform().daemon().name("retired-log").start(() -> {
            while (!stopped) {
                pass(false);
                try {
                    Thread.sleep(LOOK_MILLIS);
                } catch (InterruptedException _) {
                    return;
                }
            }
        });
    }

    void stop() {
        stopped = true;
    }

    /** The rest, also a line that has no end. */
    void finish() {
        stop();
        pass(true);
    }

    synchronized void pass(boolean all) {
        long before = done;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            for (int n = channel.read(chunk, done); n > 0; n = channel.read(chunk.clear(), done)) {
                int whole = all || n == CHUNK ? n : lastEnd(chunk.array(), n);
                if (whole == 0) {
                    break;
                }
                write(chunk.array(), whole);
                done += whole;
            }
            if (done > before) {
                punch();
            }
        } catch (IOException _) {
            // there is none, or it is read the next time
        }
    }

    private static int lastEnd(byte[] bytes, int length) {
        int end = length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    /** Without what another one has passed on: no line has a zero byte. */
    private void write(byte[] bytes, int length) throws IOException {
        synchronized (out) {
            for (int from = 0; from < length; ) {
                int to = from;
                while (to < length && bytes[to] != 0) {
                    to++;
                }
                out.write(bytes, from, to - from);
                from = to;
                while (from < length && bytes[from] == 0) {
                    from++;
                }
            }
            out.flush();
        }
    }

    private void punch() {
        try (Fd fd = Fd.open(file.toString(), OpenFlag.O_WRONLY)) {
            ErrnoException.check(
                    Kernel.current().call(Syscall.FALLOCATE, fd.number(), PUNCH_HOLE_KEEP_SIZE, 0, done),
                    Syscall.FALLOCATE,
                    file.toString());
        } catch (ErrnoException _) {
            // a file system without holes: the file grows
        }
    }
}
