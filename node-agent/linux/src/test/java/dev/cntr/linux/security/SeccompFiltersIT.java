package dev.cntr.linux.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Copies filters from a real process. The filters are installed by a thread of the test, which then starts the process: a
 * child inherits them. The process is a grandchild, for the JDK's own wait on a child would take its ptrace stops.
 */
class SeccompFiltersIT {
    private static final int SIGKILL = 9;
    private static final int SIGUSR1 = 10;
    private static final int SIGSTOP = 19;
    private static final int SIGCONT = 18;

    private static final SeccompFilter FIRST = marked(0x1234_5601);
    private static final SeccompFilter SECOND = marked(0x1234_5602);

    private final List<PinnedProcess> started = new ArrayList<>();

    @AfterEach
    void end() {
        for (PinnedProcess p : started) {
            p.signal(SIGKILL);
            p.awaitExit(Duration.ofSeconds(5));
            p.close();
        }
    }

    @Test
    void allFiltersAreCopiedOldestFirstAndTheProcessGoesOn() throws Exception {
        PinnedProcess target = start(FIRST, SECOND);
        assertThat(target.files().status().seccompFilters()).hasValue(2);
        for (int i = 0; i < 20; i++) {
            assertThat(SeccompFilters.copy(target.pid())).containsExactly(FIRST, SECOND);
        }
        ProcessStatus after = target.files().status();
        assertThat(after.tracer()).isZero();
        assertThat(after.state()).isIn('S', 'R');
    }

    @Test
    void aProcessWithoutFiltersHasNone() throws Exception {
        PinnedProcess target = start();
        assertThat(SeccompFilters.copy(target.pid())).isEmpty();
    }

    @Test
    void aStoppedProcessStaysStopped() throws Exception {
        PinnedProcess target = start(FIRST);
        target.signal(SIGSTOP);
        awaitState(target, 'T');
        assertThat(SeccompFilters.copy(target.pid())).containsExactly(FIRST);
        awaitState(target, 'T');
        assertThat(target.files().status().tracer()).isZero();
        target.signal(SIGCONT);
        awaitState(target, 'S');
    }

    @Test
    void aSignalThatArrivesMeanwhileIsNotLost() throws Exception {
        Path counted = Files.createTempFile("signals", "");
        PinnedProcess target =
                start("trap 'echo x >>" + counted + "' USR1; echo $$; while :; do sleep 0.01; done", FIRST);
        int sent = 0;
        for (int i = 0; i < 50; i++) {
            target.signal(SIGUSR1);
            assertThat(SeccompFilters.copy(target.pid())).containsExactly(FIRST);
            sent++;
            long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (Files.size(counted) < 2L * sent && System.nanoTime() < end) {
                Thread.sleep(2);
            }
            assertThat(Files.size(counted)).isEqualTo(2L * sent);
        }
        Files.delete(counted);
    }

    @Test
    void aTracedProcessIsExplained() throws Exception {
        PinnedProcess target = start(FIRST);
        CountDownLatch traced = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Thread tracer = Thread.ofPlatform().start(() -> {
            Kernel.current().call(Syscall.PTRACE, 0x4206, target.pid(), 0, 0);
            traced.countDown();
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        traced.await();
        try {
            assertThatThrownBy(() -> SeccompFilters.copy(target.pid()))
                    .isInstanceOf(SeccompException.class)
                    .hasMessageContaining("PTRACE_SEIZE")
                    .hasMessageContaining("traced already");
        } finally {
            done.countDown();
            tracer.join();
        }
    }

    @Test
    void severalAtOnceTakeTurns() throws Exception {
        PinnedProcess target = start(FIRST);
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            readers.add(CompletableFuture.runAsync(() -> {
                for (int n = 0; n < 50; n++) {
                    assertThat(SeccompFilters.copy(target.pid())).containsExactly(FIRST);
                }
            }));
        }
        for (CompletableFuture<Void> reader : readers) {
            reader.get();
        }
    }

    @Test
    void aFrozenProcessIsGivenUpInTimeAndLivesOn() throws Exception {
        Path freezer = Path.of("/sys/fs/cgroup/freezer");
        Assumptions.assumeTrue(Files.isDirectory(freezer), "no freezer hierarchy of cgroup v1 on this machine");
        PinnedProcess target = start(FIRST);
        Path cgroup = Files.createDirectory(
                freezer.resolve("cntr-seccomp-it-" + ProcessHandle.current().pid()));
        try {
            Files.writeString(cgroup.resolve("cgroup.procs"), Integer.toString(target.pid()));
            Files.writeString(cgroup.resolve("freezer.state"), "FROZEN");
            long start = System.nanoTime();
            assertThatThrownBy(() -> SeccompFilters.copy(target.pid()))
                    .isInstanceOf(SeccompException.class)
                    .hasMessageContaining("frozen");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        } finally {
            Files.writeString(cgroup.resolve("freezer.state"), "THAWED");
            Files.writeString(freezer.resolve("cgroup.procs"), Integer.toString(target.pid()));
            Files.delete(cgroup);
        }
        awaitState(target, 'S');
        assertThat(target.files().status().tracer()).isZero();
        assertThat(SeccompFilters.copy(target.pid())).containsExactly(FIRST);
    }

    @Test
    void aTracerUnderSeccompIsToldSo() throws Exception {
        PinnedProcess target = start(FIRST);
        Throwable[] thrown = new Throwable[1];
        Thread.ofPlatform()
                .start(() -> {
                    install(SECOND);
                    try {
                        SeccompFilters.copy(target.pid());
                    } catch (SeccompException e) {
                        thrown[0] = e;
                    }
                })
                .join();
        assertThat(thrown[0]).hasMessageContaining("EACCES").hasMessageContaining("Unconfined");
        awaitState(target, 'S');
        assertThat(target.files().status().tracer()).isZero();
    }

    private static void awaitState(PinnedProcess target, char state) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (target.files().status().state() != state && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(target.files().status().state()).isEqualTo(state);
    }

    private PinnedProcess start(SeccompFilter... filters) throws Exception {
        return start("echo $$; exec sleep 60", filters);
    }

    /** Starts a shell script whose first line of output is its pid. */
    private PinnedProcess start(String script, SeccompFilter... filters) throws Exception {
        Path output = Files.createTempFile("pid", "");
        Throwable[] thrown = new Throwable[1];
        Thread.ofPlatform()
                .start(() -> {
                    for (SeccompFilter f : filters) {
                        install(f);
                    }
                    try {
                        // the JDK starts it from this very thread, so that the filters are inherited
                        new ProcessBuilder("setsid", "-f", "sh", "-c", script)
                                .redirectOutput(output.toFile())
                                .start()
                                .waitFor();
                    } catch (IOException | InterruptedException e) {
                        thrown[0] = e;
                    }
                })
                .join();
        assertThat(thrown[0]).isNull();
        while (!Files.readString(output).endsWith("\n")) {
            Thread.sleep(2);
        }
        PinnedProcess process =
                PinnedProcess.open(Integer.parseInt(Files.readString(output).strip()));
        Files.delete(output);
        started.add(process);
        return process;
    }

    /** Installs a filter on the calling thread: seccomp(2), {@code SECCOMP_SET_MODE_FILTER}. */
    private static void install(SeccompFilter filter) {
        try (Scratch s = new Scratch()) {
            long prog = s.longs(0, s.bytes(filter.program()));
            Memory.putShort(prog, filter.instructions());
            assertThat(Kernel.current().call(Syscall.SECCOMP, 1, 0, prog)).isZero();
        }
    }

    /** Allows everything, but is told apart from another one by its mark. */
    private static SeccompFilter marked(int mark) {
        ByteBuffer b = ByteBuffer.allocate(4 * SeccompFilter.INSTRUCTION).order(ByteOrder.nativeOrder());
        instruction(b, 0x20, 0, 0, 16); // load the low word of the first argument
        instruction(b, 0x15, 0, 1, mark); // jump if equal
        instruction(b, 0x06, 0, 0, 0x7fff0000); // allow
        instruction(b, 0x06, 0, 0, 0x7fff0000);
        return new SeccompFilter(b.array());
    }

    private static void instruction(ByteBuffer b, int code, int jumpTrue, int jumpFalse, int k) {
        b.putShort((short) code).put((byte) jumpTrue).put((byte) jumpFalse).putInt(k);
    }
}
