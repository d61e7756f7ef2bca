package dev.cntr.kubectl.replay;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * What is typed while a recording is shown: space holds it and lets it go on, q and Ctrl-C end it. All else is swallowed, and
 * with it what the terminal answers to queries in the recording: nobody's shell must read that.
 */
public final class Keys {
    private static final int CTRL_C = 3;

    private boolean held;
    private boolean stopped;

    /** None. */
    public Keys() {}

    /** Reads them from a terminal that passes every byte on, until this program ends. */
    public void follow(InputStream terminal) {
        Thread.ofPlatform().daemon().name("cntr-keys").start(() -> {
            try {
                for (int key = terminal.read(); key >= 0; key = terminal.read()) {
                    typed(key);
                }
            } catch (IOException _) {
                // No keys any more.
            }
        });
    }

    synchronized void typed(int key) {
        switch (key) {
            case ' ' -> held = !held;
            case 'q', CTRL_C -> stopped = true;
            default -> {}
        }
        notifyAll();
    }

    /**
     * Waits, longer while somebody holds the recording.
     *
     * @return false when it is to end
     */
    synchronized boolean pause(Duration time) throws InterruptedException {
        long left = time.toNanos();
        while (!stopped && (held || left > 0)) {
            long began = System.nanoTime();
            if (held) {
                wait();
            } else {
                wait(left / 1_000_000, (int) (left % 1_000_000));
                left -= System.nanoTime() - began;
            }
        }
        return !stopped;
    }
}
