package dev.cntr.linux.socket;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Poll;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection at the end of who answers: of a program that asks by {@link AskingSteps}, or of one that {@link #channel speaks otherwise}. */
public final class Request implements AutoCloseable {
    /** How many descriptors a program passes: its standard input, output and error. */
    public static final int STREAMS = 3;

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MSG_NOSIGNAL = 0x4000;

    /** Where {@code struct signalfd_siginfo} has its {@code ssi_code}. */
    private static final int SIGNAL_CODE = 8;

    private static final int SI_KERNEL = 0x80;

    private final Fd connection;
    private final Event cancelled = Event.open();
    private @Nullable FdChannel channel;

    /** @param connection is this one's from now on */
    Request(Fd connection) {
        this.connection = connection;
    }

    /**
     * A signal that the program got.
     *
     * @param number as in signal(7)
     * @param fromKernel whether the kernel sent it, as for a key of the terminal, which all in the foreground get
     */
    public record Signal(int number, boolean fromKernel) {}

    /** Whether the program says something before a few seconds are over. */
    public boolean comes() {
        return Poll.await(connection, Poll.IN, PATIENCE) != 0;
    }

    /**
     * Receives its standard streams; they are the caller's.
     *
     * @return {@link #STREAMS} where the program keeps to what it is to say
     * @throws ErrnoException where the connection is broken
     */
    public List<Fd> streams() {
        return UnixSocket.receive(connection, STREAMS);
    }

    /** The connection itself, for bytes both ways; it is closed when the request is cancelled or over. */
    public synchronized FdChannel channel() {
        if (channel == null) {
            channel = new FdChannel(connection);
        }
        return channel;
    }

    /** Who asks. */
    public UnixSocket.Peer peer() {
        return UnixSocket.peer(connection);
    }

    /**
     * Hands over the signals that the program gets, until what it asked for has ended.
     *
     * @param ended is raised then
     * @return false where the program ended before that, does not keep to what it is to say, or the request was cancelled
     */
    public boolean follow(Event ended, Consumer<Signal> signals) {
        List<Poll.Interest> all = List.of(
                new Poll.Interest(ended.fd(), Poll.IN),
                new Poll.Interest(cancelled.fd(), Poll.IN),
                new Poll.Interest(connection, Poll.IN));
        int[] ready = Poll.await(all, null);
        while (ready[0] == 0 && ready[1] == 0) {
            Optional<Signal> signal = signal();
            if (signal.isEmpty()) {
                return false;
            }
            signals.accept(signal.get());
            ready = Poll.await(all, null);
        }
        return ready[0] != 0;
    }

    private Optional<Signal> signal() {
        try (Scratch s = new Scratch()) {
            long info = s.allocate(AskingSteps.SIGNAL_BYTES);
            long n = Errno.EINTR.negative();
            while (n == Errno.EINTR.negative()) {
                n = Kernel.current().call(Syscall.READ, connection.number(), info, AskingSteps.SIGNAL_BYTES);
            }
            return n == AskingSteps.SIGNAL_BYTES
                    ? Optional.of(new Signal(Memory.getInt(info), Memory.getInt(info + SIGNAL_CODE) == SI_KERNEL))
                    : Optional.empty();
        }
    }

    /** Tells the program its exit code, and text after it. Where it has gone nobody wants to know. */
    public void answer(int code, String text) {
        byte[] after = text.getBytes(StandardCharsets.UTF_8);
        try (Scratch s = new Scratch()) {
            long bytes = s.allocate(Long.BYTES + after.length);
            Memory.putLong(bytes, code);
            Memory.copy(after, 0, bytes + Long.BYTES, after.length);
            send(bytes, Long.BYTES + after.length);
        }
    }

    /** Tells the program something before its exit code; likewise. */
    public void say(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Scratch s = new Scratch()) {
            send(s.bytes(bytes), bytes.length);
        }
    }

    private void send(long bytes, int length) {
        Kernel.current().call(Syscall.SENDTO, connection.number(), bytes, length, MSG_NOSIGNAL);
    }

    /** As if the program had ended. From any thread, also when the request is over. */
    synchronized void cancel() {
        if (connection.isOpen()) {
            cancelled.raise();
            closeChannel();
        }
    }

    @Override
    public synchronized void close() {
        closeChannel();
        connection.close();
        cancelled.close();
    }

    private void closeChannel() {
        if (channel != null) {
            channel.close();
        }
    }
}
