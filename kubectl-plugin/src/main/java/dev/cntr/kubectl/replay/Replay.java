package dev.cntr.kubectl.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cntr.kubectl.replay.Cast.Event;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * Shows what a recording shows, in its own time. Changes of size are not repeated: a program cannot resize the terminal of
 * its user.
 */
public final class Replay {
    /** Waits; given so that tests need not. */
    interface Pace {
        /** @return false to stop */
        boolean pause(Duration time) throws InterruptedException;
    }

    /**
     * What the user of a terminal is left with: no alternate screen, no mouse reports, no bracketed paste, a cursor, plain
     * colours (xterm's control sequences: DECSET 1049, 1000, 1002, 1003, 1006, 2004, 25; DECSTR; SGR 0).
     */
    static final String RESET =
            "\033[?1049l\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2004l\033[?25h\033[!p\033[0m\r\n";

    private final Cast cast;
    private final double speed;
    private final Optional<Duration> longestPause;
    private final Pace pace;

    /**
     * @param speed how many seconds of the recording pass in one
     * @param longestPause what a longer one is cut to, before it is sped up
     */
    public Replay(Cast cast, double speed, Optional<Duration> longestPause, Keys keys) {
        this(cast, speed, longestPause, (Pace) keys::pause);
    }

    Replay(Cast cast, double speed, Optional<Duration> longestPause, Pace pace) {
        this.cast = cast;
        this.speed = speed;
        this.longestPause = longestPause;
        this.pace = pace;
    }

    /**
     * Plays it to its end, or until somebody stops it.
     *
     * @param reset whether the output is a terminal, which is then left in order
     */
    public void to(OutputStream out, boolean reset) throws IOException, InterruptedException {
        try {
            double shown = 0;
            for (Optional<Event> event = cast.next(); event.isPresent(); event = cast.next()) {
                if (!event.get().kind().equals("o")) {
                    continue;
                }
                Duration pause = Duration.ofNanos((long) ((event.get().seconds() - shown) * 1e9));
                Duration cut =
                        longestPause.filter(limit -> limit.compareTo(pause) < 0).orElse(pause);
                shown = event.get().seconds();
                if (!pace.pause(Duration.ofNanos((long) (cut.toNanos() / speed)))) {
                    return;
                }
                out.write(event.get().text().getBytes(UTF_8));
                out.flush();
            }
        } finally {
            if (reset) {
                out.write(RESET.getBytes(UTF_8));
                out.flush();
            }
        }
    }
}
