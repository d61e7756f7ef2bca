package dev.cntr.cli.server;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Event;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Poll;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessGoneException;
import dev.cntr.linux.socket.Request;
import java.util.List;
import java.util.Optional;

/** One request of a {@link ClientProgram}: from who it is to the exit code that it gets. */
final class Service {
    private static final int SIGNALLED = 128;

    private final Request request;
    private final Admission admission;
    private final Server.Commands commands;

    /** @param request stays the caller's */
    Service(Request request, Admission admission, Server.Commands commands) {
        this.request = request;
        this.admission = admission;
        this.commands = commands;
    }

    void run() {
        List<Fd> streams = List.of();
        try {
            if (request.comes()) {
                streams = request.streams();
                serve(streams);
            }
        } catch (ErrnoException | ProcessGoneException e) {
            // it has gone, or says what the program does not: nobody is there to be told
        } finally {
            streams.forEach(Fd::close);
        }
    }

    private void serve(List<Fd> streams) {
        if (streams.size() != Request.STREAMS) {
            return;
        }
        try (PinnedProcess process = PinnedProcess.open(request.peer().pid())) {
            Optional<List<String>> words = ClientProgram.words(process.files().arguments());
            if (!admission.admits(process.files()) || !words.map(commands::have).orElse(false)) {
                return;
            }
            RemoteCaller caller = new RemoteCaller(process, streams);
            process.verify(); // so all that was read was its own
            request.say(ClientProgram.ACCEPTED);
            Event done = Event.open();
            Thread signals = Thread.ofPlatform().name("signals").daemon().start(() -> follow(caller, done));
            try {
                request.answer(commands.run(words.get(), caller), "");
            } finally {
                done.raise();
                join(signals);
                done.close();
            }
        }
    }

    /** Hands over signals until the command is done; a client that has gone hangs up. */
    private void follow(RemoteCaller caller, Event done) {
        boolean ended = request.follow(done, signal -> {
            if (!caller.signal(signal.number())) {
                request.answer(SIGNALLED + signal.number(), "");
            }
        });
        if (!ended) {
            caller.hangUp();
            if (Poll.await(done.fd(), Poll.IN, RemoteCaller.GRACE) == 0) {
                caller.kill();
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
