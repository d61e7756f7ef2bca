package dev.cntr.cli.caller;

import dev.cntr.linux.Event;
import dev.cntr.linux.Poll;
import java.io.IOException;
import java.util.List;

/** A caller's standard input, handed over by a thread that can be stopped: one in read(2) would hold up the end of the JVM by 300 ms. */
public final class CallerInput implements AutoCloseable {
    private static final int BUFFER = 64 * 1024;

    /** How long the thread has to end. */
    private static final long END_MILLIS = 100;

    private final Caller caller;
    private final Taker taker;
    private final Event ended = Event.open();
    private final Thread thread = Thread.ofPlatform().name("stdin").daemon().unstarted(this::carry);

    /** Where the input goes. */
    public interface Taker {
        /** @throws IOException where nobody takes any more */
        void take(byte[] from, int length) throws IOException;

        /** The last call, in any case: there is no more, or nobody takes it. */
        void end();
    }

    public CallerInput(Caller caller, Taker taker) {
        this.caller = caller;
        this.taker = taker;
    }

    public void start() {
        thread.start();
    }

    private void carry() {
        SharedStream in = new SharedStream(caller.in());
        byte[] buffer = new byte[BUFFER];
        try {
            int n;
            while ((n = readable() ? in.read(buffer) : -1) >= 0) {
                taker.take(buffer, n);
            }
        } catch (IOException e) {
            // that is the end of it
        } finally {
            taker.end();
        }
    }

    /** Waits for input; gives false when it is not wanted any more. */
    private boolean readable() {
        Poll.Interest typed = new Poll.Interest(caller.in(), Poll.IN);
        return Poll.await(List.of(typed, new Poll.Interest(ended.fd(), Poll.IN)), null)[1] == 0;
    }

    /** Reads no more. */
    @Override
    public void close() {
        ended.raise();
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
