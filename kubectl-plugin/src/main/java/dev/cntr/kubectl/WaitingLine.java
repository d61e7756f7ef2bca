package dev.cntr.kubectl;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;

/**
 * The last line of a terminal while the user waits: what for, and for how long. It shows after some time, is written anew each second and is gone afterwards. Other lines
 * for the same terminal go through {@link #print}.
 */
final class WaitingLine implements AutoCloseable {
    private static final String ERASE = "\r\u001b[K";

    /** No wrapping: what is longer than the terminal is wide could not be erased. */
    private static final String UNWRAPPED = "\u001b[?7l";

    private static final String WRAPPED = "\u001b[?7h";
    private static final Duration REDRAW = Duration.ofSeconds(1);

    private final PrintStream to;
    private final Duration patience;
    private final long start = System.nanoTime();
    private Optional<Thread> drawing = Optional.empty();
    private String what = "";
    private boolean shown;

    /** @param patience after how long it is shown */
    WaitingLine(PrintStream to, Duration patience) {
        this.to = to;
        this.patience = patience;
    }

    /** What is waited for from now on. */
    synchronized void says(String now) {
        what = Text.oneLine(now);
        if (drawing.isEmpty()) {
            Runtime.getRuntime().addShutdownHook(new Thread(this::close, "cntr-erase-line")); // at Ctrl-C
            drawing = Optional.of(Thread.ofVirtual().start(this::draw));
        }
    }

    /** Prints a line that stays. */
    synchronized void print(String line) {
        erase();
        to.println(line);
    }

    /** Nothing is waited for any more. */
    @Override
    public synchronized void close() {
        drawing.ifPresent(Thread::interrupt);
        drawing = Optional.empty();
        erase();
    }

    private void draw() {
        try {
            Thread.sleep(patience.minusNanos(Math.min(patience.toNanos(), System.nanoTime() - start)));
            while (show()) {
                Thread.sleep(REDRAW);
            }
        } catch (InterruptedException _) {
            // nothing is waited for any more
        }
    }

    private synchronized boolean show() {
        if (Thread.currentThread().isInterrupted()) {
            return false;
        }
        long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
        to.print(ERASE + UNWRAPPED + what + " (" + seconds + " s)" + WRAPPED);
        to.flush();
        shown = true;
        return true;
    }

    private void erase() {
        if (shown) {
            to.print(ERASE);
            to.flush();
            shown = false;
        }
    }
}
