package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.attach.exec.SessionMount;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The file system of a session, made while other threads make processes, as an agent does that has many sessions. */
@Timeout(60)
class SessionMountIT {
    private static final int SESSIONS = 3000;

    @Test
    void itIsMadeWhateverProcessesAreForkedMeanwhile() throws Exception {
        AtomicInteger processes = new AtomicInteger();
        try (ExecutorService others = Executors.newFixedThreadPool(2)) {
            try {
                for (int i = 0; i < 2; i++) {
                    others.submit(() -> {
                        while (!Thread.currentThread().isInterrupted()) {
                            new ProcessBuilder("true").start().waitFor();
                            processes.incrementAndGet();
                        }
                        return null;
                    });
                }
                for (int i = 0; i < SESSIONS; i++) {
                    SessionMount.make().close();
                }
            } finally {
                others.shutdownNow();
            }
        }
        assertThat(processes).hasPositiveValue();
    }
}
