package dev.cntr.linux.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Stops real processes, grandchildren of this one: the JDK's own wait on a child would take its ptrace stops. */
class ExecStopIT {
    private static final int SIGKILL = 9;
    private static final int SIGUSR1 = 10;
    private static final int SIGCONT = 18;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private PinnedProcess process;

    private Path go() {
        return directory.resolve("go");
    }

    private Path ran() {
        return directory.resolve("ran");
    }

    /** A shell that, when it is let, becomes another program, which leaves a file at once. */
    @BeforeEach
    void start() throws Exception {
        Path pid = directory.resolve("pid");
        String script =
                "trap : USR1; echo $$ > %s.part; mv %1$s.part %1$s; until [ -e %s ]; do sleep 0.01; done; exec touch %s"
                        .formatted(pid, go(), ran());
        new ProcessBuilder("setsid", "-f", "sh", "-c", script).start().waitFor();
        while (!Files.exists(pid)) {
            Thread.sleep(2);
        }
        process = PinnedProcess.open(Integer.parseInt(Files.readString(pid).strip()));
    }

    @AfterEach
    void end() {
        process.signal(SIGKILL);
        process.awaitExit(Duration.ofSeconds(5));
        process.close();
    }

    @Test
    void theNewProgramIsStoppedBeforeItDoesAnything() throws Exception {
        CompletableFuture<Boolean> stopped =
                CompletableFuture.supplyAsync(() -> ExecStop.await(process, Duration.ofSeconds(20), () -> false));
        awaitTracer();
        process.signal(SIGUSR1); // what it gets while it is watched reaches it
        Files.createFile(go());
        assertThat(stopped.get()).isTrue();
        awaitState('T');
        assertThat(process.files().stat().command()).isEqualTo("touch");
        Thread.sleep(300);
        assertThat(ran()).doesNotExist();
        assertThat(process.files().status().tracer()).as("nobody traces it").isZero();
        process.signal(SIGCONT);
        assertThat(process.awaitExit(Duration.ofSeconds(5))).isTrue();
        assertThat(ran()).exists();
    }

    @Test
    void aProcessThatExecutesNothingInTimeGoesOn() throws Exception {
        assertThat(ExecStop.await(process, Duration.ofMillis(100), () -> false)).isFalse();
        for (int i = 0; i < 500 && process.files().status().tracer() != 0; i++) {
            Thread.sleep(10); // the kernel lets go when the thread that traced is gone
        }
        assertThat(process.files().status().tracer()).isZero();
        Files.createFile(go());
        assertThat(process.awaitExit(Duration.ofSeconds(5))).isTrue();
        assertThat(ran()).exists();
    }

    @Test
    @Timeout(20)
    void aProcessThatRunsItsProgramAlreadyIsNotWaitedFor() {
        assertThat(ExecStop.await(process, Duration.ofHours(1), () -> true)).isFalse();
    }

    @Test
    void aProcessThatEndsIsSaidToBeGone() throws Exception {
        CompletableFuture<Boolean> stopped =
                CompletableFuture.supplyAsync(() -> ExecStop.await(process, Duration.ofSeconds(20), () -> false));
        awaitTracer();
        process.signal(SIGKILL);
        assertThatThrownBy(stopped::get).hasCauseInstanceOf(ProcessGoneException.class);
    }

    @Test
    void soIsOneThatHasEnded() {
        process.signal(SIGKILL);
        process.awaitExit(Duration.ofSeconds(5));
        assertThatThrownBy(() -> ExecStop.await(process, Duration.ofSeconds(1), () -> false))
                .isInstanceOf(ProcessGoneException.class);
    }

    private void awaitTracer() throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (process.files().status().tracer() == 0 && System.nanoTime() < end) {
            Thread.sleep(2);
        }
    }

    private void awaitState(char state) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (process.files().stat().state() != state && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(process.files().stat().state()).isEqualTo(state);
    }
}
