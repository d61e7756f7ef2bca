package dev.cntr.kubectl.terminal;

import dev.cntr.protocol.WindowSize;
import java.time.Duration;
import java.util.function.Consumer;
import sun.misc.Signal;

/** Says when the terminal's size has changed: by SIGWINCH, signal(7), or where a JVM has no signals by looking. */
public final class Resizes {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Terminal terminal;
    private final Consumer<WindowSize> changed;
    private WindowSize last;

    private Resizes(Terminal terminal, WindowSize known, Consumer<WindowSize> changed) {
        this.terminal = terminal;
        this.last = known;
        this.changed = changed;
    }

    /** @param known the size that needs not be said; a change since then is said at once */
    public static void follow(Terminal terminal, WindowSize known, Consumer<WindowSize> changed) {
        Resizes resizes = new Resizes(terminal, known, changed);
        try {
            Signal.handle(new Signal("WINCH"), _ -> resizes.look());
        } catch (IllegalArgumentException | LinkageError _) {
            Thread.ofPlatform().daemon().name("cntr-resizes").start(resizes::poll);
        }
        resizes.look();
    }

    private synchronized void look() {
        WindowSize now = terminal.size();
        if (!now.equals(last)) {
            last = now;
            changed.accept(now);
        }
    }

    private void poll() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                look();
            }
        } catch (InterruptedException _) {
            // the end
        }
    }
}
