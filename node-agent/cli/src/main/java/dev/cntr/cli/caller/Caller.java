package dev.cntr.cli.caller;

import dev.cntr.linux.Fd;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntConsumer;

/** The process for which a command of cntr is run: it is that one's streams, terminal, variables and signals that count. */
public interface Caller {
    /** {@code SIGWINCH}, signal(7): the size of the terminal has changed. */
    int WINCH = 28;

    int pid();

    Map<String, String> environment();

    /** A file as the caller names it. */
    Path file(String name);

    /** Its standard input, output and error; they stay its own. */
    Fd in();

    Fd out();

    Fd err();

    /** Hands over, from now on, the numbers of the signals that it gets: TERM, HUP, INT, {@link #WINCH}, and QUIT where that is not ignored. */
    void onSignal(IntConsumer handler);
}
