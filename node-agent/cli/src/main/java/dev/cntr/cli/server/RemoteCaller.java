package dev.cntr.cli.server;

import dev.cntr.cli.caller.Caller;
import dev.cntr.linux.Fd;
import dev.cntr.linux.proc.PinnedProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The process at the other end of a connection. */
final class RemoteCaller implements Caller {
    /** How long a command has to end that was hung up on. */
    static final Duration GRACE = Duration.ofSeconds(2);

    private static final int HUP = 1;
    private static final int KILL = 9;

    private final int pid;
    private final Map<String, String> environment;
    private final Path directory;
    private final List<Fd> streams;
    private @Nullable IntConsumer handler;
    private boolean hungUp;

    /** @param streams its standard input, output and error; stay the caller's */
    RemoteCaller(PinnedProcess process, List<Fd> streams) {
        this.pid = process.pid();
        this.environment = environment(process.files().environment());
        this.directory = Path.of(process.files().link("cwd"));
        this.streams = streams;
    }

    private static Map<String, String> environment(List<byte[]> variables) {
        Map<String, String> environment = new HashMap<>();
        for (byte[] variable : variables) {
            String text = new String(variable, StandardCharsets.UTF_8);
            int equals = text.indexOf('=');
            if (equals > 0) {
                environment.putIfAbsent(text.substring(0, equals), text.substring(equals + 1));
            }
        }
        return Map.copyOf(environment);
    }

    /**
     * It has got a signal.
     *
     * @return false where no command takes it yet that would: the caller is to end by it, and what is to come for it is hung up on
     */
    synchronized boolean signal(int number) {
        if (handler != null) {
            handler.accept(number);
            return true;
        }
        hungUp = number != WINCH;
        return !hungUp;
    }

    /** It has gone. */
    synchronized void hangUp() {
        hungUp = true;
        if (handler != null) {
            handler.accept(HUP);
        }
    }

    /** It has gone, and the command does not end. */
    synchronized void kill() {
        if (handler != null) {
            handler.accept(KILL);
        }
    }

    @Override
    public synchronized void onSignal(IntConsumer to) {
        handler = to;
        if (hungUp) {
            to.accept(KILL);
        }
    }

    @Override
    public int pid() {
        return pid;
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Path file(String name) {
        return directory.resolve(name);
    }

    @Override
    public Fd in() {
        return streams.get(0);
    }

    @Override
    public Fd out() {
        return streams.get(1);
    }

    @Override
    public Fd err() {
        return streams.get(2);
    }
}
