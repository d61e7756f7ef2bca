package dev.cntr.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;

/** A client and an agent joined by two kernel pipes, which hold 64 KiB each and block as the real ones do. */
final class Wire implements AutoCloseable {
    static final Possession KEY = Possession.generate();
    static final ServerStream.Identity IDENTITY =
            new ServerStream.Identity("session-uid", "pod-uid", java.util.List.of(KEY.publicKey()));

    final InputStream clientIn;
    final OutputStream clientOut;
    final InputStream agentIn;
    final OutputStream agentOut;

    Wire() throws IOException {
        Pipe up = Pipe.open();
        Pipe down = Pipe.open();
        clientOut = Channels.newOutputStream(up.sink());
        agentIn = Channels.newInputStream(up.source());
        agentOut = Channels.newOutputStream(down.sink());
        clientIn = Channels.newInputStream(down.source());
    }

    ClientStream client(int window) throws IOException {
        return client(window, KeepAlive.Pace.DEFAULT);
    }

    ClientStream client(int window, KeepAlive.Pace pace) throws IOException {
        return ClientStream.open(
                clientIn,
                clientOut,
                new WindowSize(80, 24),
                KEY,
                IDENTITY.sessionUid(),
                IDENTITY.podUid(),
                window,
                pace);
    }

    ServerStream agent() throws IOException {
        return agent(KeepAlive.Pace.DEFAULT);
    }

    ServerStream agent(KeepAlive.Pace pace) throws IOException {
        return ServerStream.accept(agentIn, agentOut, IDENTITY, pace);
    }

    void closeClient() throws IOException {
        clientIn.close();
        clientOut.close();
    }

    @Override
    public void close() throws IOException {
        closeClient();
        agentIn.close();
        agentOut.close();
    }
}
