package dev.cntr.cli.server;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Poll;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import dev.cntr.linux.socket.AskingSteps;
import dev.cntr.linux.socket.UnixSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One connection of a {@link ClientProgram}: from who it is to the exit code that it gets. */
final class Connection implements Runnable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int STREAMS = 3;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SIGNALLED = 128;

    private final Fd socket;
    private final Admission admission;
    private final Server.Commands commands;
    private final Event cancelled = Event.open();

    /** @param socket is this one's from now on */
    Connection(Fd socket, Admission admission, Server.Commands commands) {
        this.socket = socket;
        this.admission = admission;
        this.commands = commands;
    }

    /** Ends it like a client that has gone. */
    synchronized void cancel() {
        if (socket.isOpen()) {
            cancelled.raise();
        }
    }

    @Override
    public void run() {
        List<Fd> streams = List.of();
        try {
            if (Poll.await(socket, Poll.IN, PATIENCE) != 0) {
                streams = UnixSocket.receive(socket, STREAMS);
                serve(streams);
            }
        } catch (ErrnoException | ProcessGoneException e) {
            // it has gone, or says what the program does not: nobody is there to be told
        } finally {
            close(streams);
        }
    }

    private synchronized void close(List<Fd> streams) {
        streams.forEach(Fd::close);
        socket.close();
        cancelled.close();
    }

    private void serve(List<Fd> streams) {
        if (streams.size() != STREAMS) {
            return;
        }
        try (PinnedProcess process = PinnedProcess.open(UnixSocket.peer(socket).pid())) {
            Optional<List<String>> words = ClientProgram.words(process.files().arguments());
            if (!admission.admits(process.files()) || !words.map(commands::have).orElse(false)) {
                return;
            }
            RemoteCaller caller = new RemoteCaller(process, streams);
            process.verify(); // so all that was read was its own
            send(ClientProgram.ACCEPTED);
            Event done = Event.open();
            Thread signals = Thread.ofPlatform().name("signals").daemon().start(() -> follow(caller, done));
            try {
                exit(commands.run(words.get(), caller));
            } finally {
                done.raise();
                join(signals);
                done.close();
            }
        }
    }

    /** Hands over signals until the command is done; a client that has gone hangs up. */
    private void follow(RemoteCaller caller, Event done) {
        List<Poll.Interest> all = List.of(
                new Poll.Interest(done.fd(), Poll.IN),
                new Poll.Interest(cancelled.fd(), Poll.IN),
                new Poll.Interest(socket, Poll.IN));
        int[] ready = Poll.await(all, null);
        while (ready[0] == 0 && ready[1] == 0) {
            Optional<Integer> signal = signal();
            if (signal.isEmpty()) {
                break;
            }
            if (!caller.signal(signal.get())) {
                exit(SIGNALLED + signal.get());
            }
            ready = Poll.await(all, null);
        }
        if (ready[0] == 0) {
            caller.hangUp();
            if (Poll.await(done.fd(), Poll.IN, RemoteCaller.GRACE) == 0) {
                caller.kill();
            }
        }
    }

    private Optional<Integer> signal() {
        try (Scratch s = new Scratch()) {
            long info = s.allocate(AskingSteps.SIGNAL_BYTES);
            long n = Kernel.current().call(Syscall.READ, socket.number(), info, AskingSteps.SIGNAL_BYTES);
            while (n == Errno.EINTR.negative()) {
                n = Kernel.current().call(Syscall.READ, socket.number(), info, AskingSteps.SIGNAL_BYTES);
            }
            return n == AskingSteps.SIGNAL_BYTES ? Optional.of(Memory.getInt(info)) : Optional.empty();
        }
    }

    private void exit(int code) {
        try (Scratch s = new Scratch()) {
            send(s.longs(code), Long.BYTES);
        }
    }

    private void send(String text) {
        try (Scratch s = new Scratch()) {
            send(s.bytes(text.getBytes(StandardCharsets.US_ASCII)), text.length());
        }
    }

    /** Where the client has gone nobody wants to know. */
    private void send(long bytes, int length) {
        Kernel.current().call(Syscall.SENDTO, socket.number(), bytes, length, MSG_NOSIGNAL);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
