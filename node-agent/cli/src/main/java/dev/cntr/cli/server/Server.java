package dev.cntr.cli.server;

import dev.cntr.cli.caller.Caller;
import dev.cntr.linux.Fd;
import dev.cntr.linux.socket.RequestServer;
import java.util.List;

/**
 * Takes requests of {@link ClientProgram} and runs for each the command that its process was started for. Who may not be
 * served, or not now, is not told why: the program then goes on by itself.
 */
public final class Server implements AutoCloseable {
    /** Runs a command of cntr. */
    public interface Commands {
        /** Whether it is one that is run here. */
        boolean have(List<String> words);

        /** Runs it to its end, and gives its exit code. Says on the caller's streams what is to be said. */
        int run(List<String> words, Caller caller);
    }

    private static final int AT_ONCE = 128;

    private final RequestServer server;

    /** @param socket listens, and is this one's from now on */
    public Server(Fd socket, Commands commands) {
        Admission admission = Admission.likeThisProcess();
        server = new RequestServer(
                socket, "command", AT_ONCE, request -> new Service(request, admission, commands).run());
    }

    /** Serves until {@link #close}. */
    public void run() {
        server.run();
    }

    /** Ends {@link #run}, and all that it runs. From any thread. */
    @Override
    public void close() {
        server.close();
    }
}
