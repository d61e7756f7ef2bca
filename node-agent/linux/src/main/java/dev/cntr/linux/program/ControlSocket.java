package dev.cntr.linux.program;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Poll;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * Java's side of a program's control descriptor: 64-bit words both ways, and the report of a failure. Every wait has a
 * limit, because a program has no other watchdog: a wrong address in it would make it spin for ever.
 */
public final class ControlSocket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;

    private final Fd ours;
    private final Fd theirs;

    private ControlSocket(Fd ours, Fd theirs) {
        this.ours = ours;
        this.theirs = theirs;
    }

    /** A connected pair, socketpair(2). */
    public static ControlSocket open() {
        try (Scratch scratch = new Scratch()) {
            long pair = scratch.allocate(8);
            long r = Kernel.current().call(Syscall.SOCKETPAIR, AF_UNIX, SOCK_STREAM_CLOEXEC, 0, pair);
            ErrnoException.check(r, Syscall.SOCKETPAIR, "for a program");
            return new ControlSocket(
                    Fd.of(Memory.getInt(pair), Syscall.SOCKETPAIR, ""),
                    Fd.of(Memory.getInt(pair + 4), Syscall.SOCKETPAIR, ""));
        }
    }

    /** The program's side. To be closed here by {@link #handedOver()} once the program has it. */
    public Fd theirs() {
        return theirs;
    }

    /** Readable when the program sent something, or ended. */
    public Fd ours() {
        return ours;
    }

    /** Closes our copy of the program's side, so that its end is seen. */
    public void handedOver() {
        theirs.close();
    }

    /**
     * Sends a word, for a step made by {@link Assembler#await}. That the program has ended meanwhile is told by
     * {@link #receive}.
     */
    public void send(long word) {
        try (Scratch scratch = new Scratch()) {
            long r = Kernel.current()
                    .call(Syscall.SENDTO, ours.number(), scratch.longs(word), 8, 0x4000 /* MSG_NOSIGNAL */);
            if (r != Errno.EPIPE.negative() && r != Errno.ECONNRESET.negative()) {
                ErrnoException.check(r, Syscall.SENDTO, "to a program");
            }
        }
    }

    /**
     * Waits for a word of the program.
     *
     * @return empty when the program closed its side: it ended, or became another one by execve(2)
     * @throws ProgramException when a step failed, or when nothing came in time
     */
    public OptionalLong receive(Program program, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        byte[] word = read(8, deadline);
        if (word.length == 0) {
            return OptionalLong.empty();
        }
        try (Scratch scratch = new Scratch()) {
            long value = word.length == 8 ? Memory.getLong(scratch.bytes(word)) : Program.REPORT;
            if (value != Program.REPORT) {
                return OptionalLong.of(value);
            }
        }
        byte[] memory = read(program.reportBytes(), deadline);
        throw ProgramException.of(program, memory);
    }

    /** Up to so many bytes; fewer only where the other side is closed. */
    private byte[] read(int bytes, long deadline) {
        Kernel kernel = Kernel.current();
        try (Scratch scratch = new Scratch()) {
            long buffer = scratch.allocate(bytes);
            int got = 0;
            while (got < bytes) {
                awaitInput(deadline);
                long n = kernel.call(Syscall.READ, ours.number(), buffer + got, bytes - got);
                if (n == 0 || n == Errno.ECONNRESET.negative()) {
                    break;
                }
                if (n != Errno.EINTR.negative()) {
                    got += (int) ErrnoException.check(n, Syscall.READ, "from a program");
                }
            }
            return Memory.bytes(buffer, got);
        }
    }

    private void awaitInput(long deadline) {
        Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        if (Poll.await(ours, Poll.IN, left) == 0) {
            throw new ProgramException(
                    "a program did not answer in time; it is stopped, frozen, or waits for a file system");
        }
    }

    @Override
    public void close() {
        ours.close();
        theirs.close();
    }
}
