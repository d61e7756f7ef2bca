package dev.cntr.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.protocol.DebugProcess;
import dev.cntr.protocol.WindowSize;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class UnattendedRunTest {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    private CompletionStage<Integer> run(InputStream out) throws IOException {
        return UnattendedRun.of(
                new DebugProcess() {
                    @Override
                    public OutputStream stdin() {
                        return new OutputStream() {
                            @Override
                            public void write(int b) {
                                throw new AssertionError("nobody types");
                            }

                            @Override
                            public void close() {
                                closed.set(true);
                            }
                        };
                    }

                    @Override
                    public InputStream stdout() {
                        return out;
                    }

                    @Override
                    public InputStream stderr() {
                        return new ByteArrayInputStream(new byte[100_000]);
                    }

                    @Override
                    public void resize(WindowSize size) {}

                    @Override
                    public void signal(int number) {}

                    @Override
                    public CompletionStage<Integer> exit() {
                        return exit;
                    }
                },
                ForkJoinPool.commonPool());
    }

    @Test
    void allThatIsPrintedIsReadBeforeTheEndIsTold() throws Exception {
        PipedOutputStream printed = new PipedOutputStream();
        CompletableFuture<Integer> run = run(new PipedInputStream(printed)).toCompletableFuture();
        assertThat(closed).isTrue();
        printed.write(new byte[10]);
        exit.complete(7);
        assertThat(run).isNotDone();
        printed.close();
        assertThat(run.get(10, TimeUnit.SECONDS)).isEqualTo(7);
    }

    @Test
    void whatRunsOnInTheBackgroundIsNotWaitedFor() throws Exception {
        PipedOutputStream open = new PipedOutputStream();
        CompletionStage<Integer> run = run(new PipedInputStream(open));
        exit.complete(0);
        assertThat(run.toCompletableFuture().get(20, TimeUnit.SECONDS)).isZero();
    }
}
