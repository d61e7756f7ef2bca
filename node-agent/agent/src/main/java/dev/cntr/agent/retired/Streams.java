package dev.cntr.agent.retired;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Two connections that are made one. */
public final class Streams {
    private Streams() {}

    /** One of them. */
    public record End(InputStream in, OutputStream out, Closing noMore) {
        /** Says that nothing more is sent. */
        public interface Closing {
            void run() throws IOException;
        }
    }

    /** Copies both ways until both have ended; the end of one way, also a broken one, is passed on. */
    public static void join(End one, End other) {
        Thread back = Thread.ofPlatform().daemon().name("stream").start(() -> copy(other, one));
        copy(one, other);
        try {
            back.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(End from, End to) {
        byte[] buffer = new byte[64 * 1024];
        try {
            for (int n = from.in().read(buffer); n >= 0; n = from.in().read(buffer)) {
                to.out().write(buffer, 0, n);
                to.out().flush();
            }
        } catch (IOException _) {
            // passed on as an end
        }
        try {
            to.noMore().run();
        } catch (IOException _) {
            // that side has ended already
        }
    }
}
