package dev.cntr.linux.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.FileIdentity;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real process, read and pinned. */
class PinnedProcessTest {
    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;

    private Process sleep;

    @BeforeEach
    void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "umask 031; echo ready; exec sleep 60");
        builder.environment().clear();
        builder.environment().put("MARK", "x y");
        sleep = builder.start();
        assertThat(sleep.inputReader().readLine()).isEqualTo("ready");
    }

    @AfterEach
    void end() {
        sleep.destroyForcibly();
    }

    private int pid() {
        return (int) sleep.pid();
    }

    @Test
    void itIsReadThroughItsDirectory() {
        try (PinnedProcess p = PinnedProcess.open(pid());
                ProcessFiles self = ProcessFiles.ofCallingThread()) {
            ProcessFiles f = p.files();
            assertThat(f.status().pid()).isEqualTo(pid());
            assertThat(f.status().umask()).hasValue(031);
            assertThat(f.status().parent())
                    .isEqualTo((int) ProcessHandle.current().pid());
            assertThat(f.environment()).contains("MARK=x y".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertThat(f.cgroups()).isEqualTo(self.cgroups()).isNotEmpty();
            List<MountInfo> mine;
            List<MountInfo> its;
            do {
                mine = self.mounts();
                its = f.mounts();
            } while (!mine.equals(self.mounts())); // others mount on this machine too
            assertThat(its).isEqualTo(mine).isNotEmpty();
            assertThat(f.limits()).containsKey(ResourceLimit.RLIMIT_NOFILE);
            assertThat(f.oomScoreAdjustment()).isEqualTo(self.oomScoreAdjustment());
            assertThat(f.link("cwd")).isEqualTo(System.getProperty("user.dir"));
            for (Namespace n : Namespace.values()) {
                assertThat(f.namespace(n)).isEqualTo(self.namespace(n));
            }
            assertThat(f.namespace(Namespace.MNT)).contains(FileIdentity.of("/proc/self/ns/mnt"));
            assertThat(f.uidMap()).isEqualTo(self.uidMap());
            assertThat(p.startTime()).isEqualTo(f.stat().startTime()).isPositive();
        }
    }

    @Test
    void itsEndIsSeenByAllWhoWait() throws Exception {
        try (PinnedProcess p = PinnedProcess.open(pid())) {
            CompletableFuture<Void> exit = p.onExit();
            p.verify();
            assertThat(p.awaitExit(Duration.ofMillis(20))).isFalse();
            assertThat(exit).isNotDone();
            assertThat(p.signal(SIGTERM)).isTrue();
            assertThat(p.awaitExit(Duration.ofSeconds(5))).isTrue();
            exit.get(5, TimeUnit.SECONDS);
            p.onExit().get(5, TimeUnit.SECONDS);
            assertThat(sleep.waitFor()).isEqualTo(128 + SIGTERM);
            assertThat(p.exited()).isTrue();
            assertThat(p.signal(SIGKILL)).isFalse();
            assertThatThrownBy(p::verify)
                    .isInstanceOf(ProcessGoneException.class)
                    .hasMessage("process " + pid() + " has ended");
            assertThatThrownBy(p.files()::status)
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isIn(Errno.ESRCH, Errno.ENOENT));
            assertThatThrownBy(() -> p.files().namespace(Namespace.TIME)).isInstanceOf(ErrnoException.class);
        }
        assertThatThrownBy(() -> PinnedProcess.open(pid())).isInstanceOf(ProcessGoneException.class);
    }

    @Test
    void closingEndsTheWatch() {
        CompletableFuture<Void> exit;
        try (PinnedProcess p = PinnedProcess.open(pid())) {
            exit = p.onExit();
        }
        assertThatThrownBy(() -> exit.get(5, TimeUnit.SECONDS))
                .satisfiesAnyOf(
                        e -> assertThat(e).isInstanceOf(CancellationException.class),
                        e -> assertThat(e).hasCauseInstanceOf(CancellationException.class));
        assertThat(sleep.isAlive()).isTrue();
    }

    @Test
    void aPidOfAnotherStartTimeIsRefused() {
        long start;
        try (PinnedProcess p = PinnedProcess.open(pid())) {
            start = p.startTime();
        }
        PinnedProcess.open(pid(), start).close();
        assertThatThrownBy(() -> PinnedProcess.open(pid(), start + 1))
                .isInstanceOf(ProcessGoneException.class)
                .hasMessageContaining("belongs to another process");
    }
}
