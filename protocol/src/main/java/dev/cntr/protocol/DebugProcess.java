package dev.cntr.protocol;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The command that a {@link ServerStream} serves, as the stream needs it. Whoever made the process keeps it: the stream
 * neither kills nor reaps it.
 */
public interface DebugProcess {
    /** Its input. Closing it is the end of input: of the pipe, or an end-of-file on a terminal. May block. */
    OutputStream stdin();

    /** Its output, or all of a terminal's. It ends (-1) when nobody can write any more, also on a terminal (EIO). */
    InputStream stdout();

    /** Its errors; null where a terminal has both. */
    @Nullable
    InputStream stderr();

    /** Tells the terminal its new size; nothing where there is none. Must not block. */
    void resize(WindowSize size);

    /** Sends it a signal. Must not block. */
    void signal(int number);

    /** Its exit code, 128 + n when a signal ended it. */
    CompletionStage<Integer> exit();
}
