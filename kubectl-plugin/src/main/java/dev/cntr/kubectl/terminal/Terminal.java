package dev.cntr.kubectl.terminal;

import dev.cntr.protocol.WindowSize;

/** The terminal that standard input is. */
public interface Terminal extends AutoCloseable {
    /** How big it is now. */
    WindowSize size();

    /** Passes every byte on from now: no echo, no line editing, no signals from keys. */
    void raw();

    /** Puts it back as it was found. Any number of times, from any thread. */
    void restore();

    /** The terminal of standard input, by the C library of this system. */
    static Terminal ofStandardInput() {
        return new LibcTerminal();
    }

    @Override
    default void close() {
        restore();
    }
}
