package dev.cntr.kubectl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.kubectl.cluster.SelectedPod;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AttachEachTest {
    private static final SelectedPod ONE = new SelectedPod("web-1", "app");
    private static final SelectedPod TWO = new SelectedPod("web-2", "app");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(AttachEach.Command command) throws InterruptedException {
        return new AttachEach(command, out, err).run(List.of(ONE, TWO));
    }

    private static void write(OutputStream to, String text) {
        try {
            to.write(text.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void allRunAtOnceAndEachLineSaysWhoseItIs() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        int code = run((pod, streams) -> {
            await(together);
            write(streams.out(), "a\nhalf");
            await(together);
            write(streams.out(), " a line\nlast");
            write(streams.err(), "oh\n");
            return 0;
        });
        assertThat(code).isZero();
        assertThat(out.toString(UTF_8).lines())
                .containsExactlyInAnyOrder(
                        "[pod/web-1/app] a",
                        "[pod/web-2/app] a",
                        "[pod/web-1/app] half a line",
                        "[pod/web-2/app] half a line",
                        "[pod/web-1/app] last",
                        "[pod/web-2/app] last");
        assertThat(err.toString(UTF_8).lines()).containsExactlyInAnyOrder("[pod/web-1/app] oh", "[pod/web-2/app] oh");
    }

    @Test
    void theGreatestExitCodeCountsAndIsToldOfEachThatFailed() throws Exception {
        assertThat(run((pod, _) -> pod.equals(TWO) ? 3 : 0)).isEqualTo(3);
        assertThat(err.toString(UTF_8)).isEqualTo("[pod/web-2/app] command terminated with exit code 3\n");
    }

    @Test
    void oneThatCannotBeRunDoesNotKeepTheOthersFromRunning() throws Exception {
        int code = run((pod, streams) -> {
            if (pod.equals(ONE)) {
                throw new CntrException(ExitCode.NOT_RUNNING, "container app waits\u001b[31m");
            }
            write(streams.out(), "ran\n");
            return 0;
        });
        assertThat(code).isEqualTo(ExitCode.NOT_RUNNING.code());
        assertThat(out.toString(UTF_8)).isEqualTo("[pod/web-2/app] ran\n");
        assertThat(err.toString(UTF_8)).isEqualTo("[pod/web-1/app] error: container app waits[31m\n");
    }

    @Test
    void aLineWithoutEndIsNotKeptForEver() throws Exception {
        try (PrefixedLines lines = new PrefixedLines("> ", out)) {
            byte[] much = new byte[100_000];
            Arrays.fill(much, (byte) 'x');
            lines.write(much);
            assertThat(out.size()).isEqualTo(65536 + 3);
        }
        assertThat(out.toString(UTF_8).lines().map(String::length)).containsExactly(65538, 34466);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
