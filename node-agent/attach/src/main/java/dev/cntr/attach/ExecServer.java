package dev.cntr.attach;

import dev.cntr.linux.Fd;
import dev.cntr.linux.socket.RequestServer;

/** Listens for what processes of a session ask for by {@code cntr exec}. Its end is the end of all that they run. */
final class ExecServer implements AutoCloseable {
    private static final String NAME = "cntr exec";
    private static final int AT_ONCE = 16;

    private final RequestServer server;

    /**
     * Starts to listen.
     *
     * @param socket is this one's from now on
     * @param plan of the session
     * @param command likewise: what is asked for gets its rights, and the variables of its terminal
     */
    ExecServer(Fd socket, AttachPlan plan, Command command, SessionRights rights) {
        server = new RequestServer(
                socket, NAME, AT_ONCE, request -> new ExecRequest(request, plan, command, rights).run());
        server.start();
    }

    @Override
    public void close() {
        server.close();
    }
}
