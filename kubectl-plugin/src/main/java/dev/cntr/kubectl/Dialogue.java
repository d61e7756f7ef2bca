package dev.cntr.kubectl;

import dev.cntr.kubectl.cluster.Session;
import dev.cntr.kubectl.terminal.Resizes;
import dev.cntr.kubectl.terminal.Terminal;
import dev.cntr.protocol.ClientStream;
import dev.cntr.protocol.DetachKeys;
import dev.cntr.protocol.Ending;
import dev.cntr.protocol.WindowSize;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A command's streams and this program's, until one of both ends. */
final class Dialogue {
    private static final byte CTRL_C = 3;

    private final Attach.Streams streams;
    private final @Nullable Terminal terminal;
    private final WindowSize size;
    private final DetachKeys keys;
    private final boolean returnable;

    /**
     * @param terminal null where there is none, or the command has none
     * @param size which the command knows already
     * @param keys by which the user leaves
     * @param returnable whether somebody may come back: the session then goes on when this program is interrupted
     */
    Dialogue(
            Attach.Streams streams, @Nullable Terminal terminal, WindowSize size, DetachKeys keys, boolean returnable) {
        this.streams = streams;
        this.terminal = terminal;
        this.size = size;
        this.keys = keys;
        this.returnable = returnable;
    }

    /**
     * Carries the streams until the command ends or the user leaves.
     *
     * @param stdin whether anything is sent
     * @param kept the key to come back with, which is of no use after the command's end
     * @param hints what the user has to know to go on
     */
    int exitCode(ClientStream stream, AgentLine line, boolean stdin, SessionKeys kept, Consumer<String> hints) {
        Ending ending = run(stream, line, stdin);
        if (ending instanceof Ending.Detached) {
            hints.accept("\n" + goesOn(line.session()));
        } else if (returnable && ending instanceof Ending.Exited) {
            kept.drop(line.session().uid());
        }
        return line.exitCode(ending);
    }

    /** How to come back to a session. */
    static String goesOn(Session session) {
        return "the session goes on; come back to it with: kubectl cntr reattach " + session.name()
                + (session.ofNode() ? " --node" : " -n " + session.namespace());
    }

    private Ending run(ClientStream stream, AgentLine line, boolean stdin) {
        Thread farewell = new Thread(returnable ? stream::detach : stream::close, "cntr-farewell");
        Runtime.getRuntime().addShutdownHook(farewell);
        if (terminal == null) {
            line.notices(streams.messages()::println);
            return stream.run(stdin ? streams.in() : null, streams.out(), streams.err(), line);
        }
        return run(stream, line, terminal, stdin);
    }

    private Ending run(ClientStream stream, AgentLine line, Terminal tty, boolean stdin) {
        Thread restore = new Thread(tty::restore, "cntr-restore-terminal");
        Runtime.getRuntime().addShutdownHook(restore);
        PrintStream messages = streams.messages();
        line.notices(text -> messages.print("\r\n" + text + "\r\n"));
        try {
            if (stdin) {
                tty.raw();
            }
            Resizes.follow(tty, size, stream::resize);
            return stream.run(stdin ? new Typed(streams.in(), stream, line) : null, streams.out(), streams.err(), line);
        } finally {
            tty.restore();
        }
    }

    /** What is typed, but for the keys that mean this program. */
    private final class Typed extends FilterInputStream {
        private final ClientStream stream;
        private final AgentLine line;

        Typed(InputStream in, ClientStream stream, AgentLine line) {
            super(in);
            this.stream = stream;
            this.line = line;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            while (true) {
                int count = super.read(into, offset, length);
                if (count <= 0) {
                    return count;
                }
                if (line.isCut()) {
                    giveUpAt(into, offset, count);
                    return count;
                }
                byte[] read = Arrays.copyOfRange(into, offset, offset + count);
                byte[] passed = keys.pass(read, count);
                if (keys.complete()) {
                    stream.detach();
                    return -1;
                }
                if (passed.length > 0) {
                    System.arraycopy(passed, 0, into, offset, passed.length);
                    return passed.length;
                }
            }
        }

        /** The terminal is raw: the key that would end this program is a byte. */
        private void giveUpAt(byte[] typed, int offset, int count) {
            for (int i = offset; i < offset + count; i++) {
                if (typed[i] == CTRL_C) {
                    line.giveUp();
                }
            }
        }
    }
}
