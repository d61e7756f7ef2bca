package dev.cntr.cli.caller;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.terminal.Terminal;
import dev.cntr.linux.terminal.WindowSize;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The terminal on a caller's standard input: its size, and raw mode while a session uses it. */
public final class LocalTerminal implements AutoCloseable {
    private final Fd in;
    private final Fd out;
    private Terminal.@Nullable Modes found;
    private int raw;
    private @Nullable TerminalKeeper keeper;

    public LocalTerminal(Caller caller) {
        in = caller.in();
        out = caller.out();
    }

    /** Whether input and output are both a terminal. */
    public boolean here() {
        return Terminal.modes(in).isPresent() && Terminal.modes(out).isPresent();
    }

    /** The size of the terminal that is output, else of the one that is input; 0 by 0 where there is none. */
    public WindowSize size() {
        return Terminal.size(out).or(() -> Terminal.size(in)).orElse(new WindowSize(0, 0));
    }

    /** Every byte passes as it is until {@link #close}, or until this JVM is killed. Does nothing where input is no terminal. */
    public synchronized void raw() {
        Optional<Terminal.Modes> before = Terminal.modes(in);
        if (before.isPresent()) {
            found = before.get();
            Terminal.Modes modes = before.get().raw();
            raw = modes.local();
            keeper = TerminalKeeper.start(in, before.get().bytes(), raw);
            Terminal.set(in, modes);
        }
    }

    /**
     * As it was found, where nobody else has set it meanwhile, as a shell does whose job was killed. A second time does nothing. To
     * be called by the thread that called {@link #raw}.
     */
    @Override
    public synchronized void close() {
        if (found != null) {
            if (Terminal.modes(in).map(now -> now.local() == raw).orElse(false)) {
                setBack(found);
            }
            found = null;
        }
        if (keeper != null) {
            keeper.close();
            keeper = null;
        }
    }

    private void setBack(Terminal.Modes modes) {
        try {
            Terminal.set(in, modes);
        } catch (ErrnoException e) {
            // it has gone
        }
    }
}
