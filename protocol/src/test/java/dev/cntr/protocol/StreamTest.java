package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides against each other. */
@Timeout(30)
class StreamTest {
    private static final int TINY = 1000;

    private Wire wire;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void open() throws IOException {
        wire = new Wire();
    }

    @AfterEach
    void close() throws IOException {
        wire.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {TINY, Frame.WINDOW})
    void tenMegabytesPassBothWaysUnchanged(int window) throws Exception {
        byte[] sent = new byte[10_000_000];
        new Random(1).nextBytes(sent);
        try (Command cat = new Command((stdin, stdout, stderr) -> {
            byte[] buffer = new byte[10_007];
            for (int n = stdin.read(buffer); n >= 0; n = stdin.read(buffer)) {
                stdout.write(buffer, 0, n);
                stderr.write(buffer, 0, n);
            }
            return 7;
        })) {
            CompletableFuture<Outcome> outcome = serve(cat, window);
            Ending ending = wire.client(window).run(new ByteArrayInputStream(sent), out, err);
            assertThat(ending).isEqualTo(new Ending.Exited(7));
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(7));
        }
        assertThat(out.toByteArray()).isEqualTo(sent);
        assertThat(err.toByteArray()).isEqualTo(sent);
    }

    @Test
    void aHundredShortCommandsLoseNoByte() throws Exception {
        for (int i = 0; i < 100; i++) {
            wire.close();
            wire = new Wire();
            out.reset();
            err.reset();
            int code = i;
            try (Command echo = new Command((_, stdout, stderr) -> {
                stdout.write("a\nb".getBytes(UTF_8));
                stderr.write("c".getBytes(UTF_8));
                return code;
            })) {
                serve(echo, Frame.WINDOW);
                assertThat(wire.client(Frame.WINDOW).run(null, out, err)).isEqualTo(new Ending.Exited(code));
            }
            assertThat(out.toString(UTF_8)).isEqualTo("a\nb");
            assertThat(err.toString(UTF_8)).isEqualTo("c");
        }
    }

    @Test
    void noInputIsTheEndOfInput() throws Exception {
        try (Command wc = new Command((stdin, _, _) -> stdin.readAllBytes().length)) {
            serve(wc, Frame.WINDOW);
            assertThat(wire.client(Frame.WINDOW).run(null, out, err)).isEqualTo(new Ending.Exited(0));
        }
    }

    @Test
    void theExitCodeWaitsUntilAllOutputIsWrittenOut() throws Exception {
        Gate stdout = new Gate();
        try (Command echo = new Command((_, to, _) -> {
            to.write(new byte[5000]);
            return 0;
        })) {
            CompletableFuture<Outcome> outcome = serve(echo, Frame.WINDOW);
            ClientStream client = wire.client(Frame.WINDOW);
            CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> client.run(null, stdout, err));
            Thread.sleep(CommandStreams.DRAIN_TIME.multipliedBy(2).plusMillis(500));
            assertThat(ending).isNotDone();
            assertThat(outcome).isNotDone();
            stdout.open();
            assertThat(ending.get(5, TimeUnit.SECONDS)).isEqualTo(new Ending.Exited(0));
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(0));
            assertThat(stdout.written.get()).isEqualTo(5000);
        }
    }

    @Test
    void aStoppedReaderStopsTheCommandAndNotTheControlFrames() throws Exception {
        AtomicLong produced = new AtomicLong();
        Gate stdout = new Gate();
        try (Command yes = new Command((_, to, _) -> {
            byte[] y = new byte[1000];
            while (produced.get() < 50_000_000) {
                to.write(y);
                produced.addAndGet(y.length);
            }
            return 0;
        })) {
            CompletableFuture<Outcome> outcome = serve(yes, Frame.WINDOW);
            ClientStream client = wire.client(Frame.WINDOW);
            CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> client.run(null, stdout, err));
            long before = settled(produced);
            // What a window holds, what the command's pipe holds, and a read of each side.
            assertThat(before).isBetween((long) Frame.WINDOW, Frame.WINDOW + 4L * 64 * 1024);
            client.resize(new WindowSize(132, 43));
            client.signal(15);
            assertThat(yes.controls.poll(5, TimeUnit.SECONDS)).isEqualTo(new WindowSize(132, 43));
            assertThat(yes.controls.poll(5, TimeUnit.SECONDS)).isEqualTo(15);
            assertThat(produced).hasValue(before);
            stdout.open();
            assertThat(ending.get(20, TimeUnit.SECONDS)).isEqualTo(new Ending.Exited(0));
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(0));
            assertThat(stdout.written.get()).isEqualTo(50_000_000);
        }
    }

    @Test
    void inputThatNobodyReadsDelaysNeitherControlsNorOutput() throws Exception {
        AtomicLong consumed = new AtomicLong();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                consumed.addAndGet(length);
                return length;
            }
        };
        Semaphore end = new Semaphore(0);
        try (Command sleep = new Command((_, stdout, _) -> {
            stdout.write("hello".getBytes(UTF_8));
            end.acquire();
            return 0;
        })) {
            serve(sleep, Frame.WINDOW);
            ClientStream client = wire.client(Frame.WINDOW);
            CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> client.run(endless, out, err));
            assertThat(settled(consumed)).isBetween((long) Frame.WINDOW, Frame.WINDOW + 4L * 64 * 1024);
            client.resize(new WindowSize(1, 2));
            assertThat(sleep.controls.poll(5, TimeUnit.SECONDS)).isEqualTo(new WindowSize(1, 2));
            assertThat(out.toString(UTF_8)).isEqualTo("hello");
            end.release();
            assertThat(ending.get(5, TimeUnit.SECONDS)).isEqualTo(new Ending.Exited(0));
        }
    }

    @Test
    void aCommandThatClosesItsInputGoesOnAndTheClientIsNotHeldUp() throws Exception {
        byte[] much = new byte[5_000_000];
        try (Command head = new Command((stdin, stdout, _) -> {
            stdin.readNBytes(10);
            stdin.close();
            Thread.sleep(300);
            stdout.write("went on".getBytes(UTF_8));
            return 0;
        })) {
            serve(head, Frame.WINDOW);
            assertThat(wire.client(Frame.WINDOW).run(new ByteArrayInputStream(much), out, err))
                    .isEqualTo(new Ending.Exited(0));
            assertThat(out.toString(UTF_8)).isEqualTo("went on");
        }
    }

    @Test
    void outputHeldOpenByALeftBehindProcessDoesNotHoldTheExitCode() throws Exception {
        try (Command daemonizes = new Command(
                (_, stdout, _) -> {
                    stdout.write("started".getBytes(UTF_8));
                    return 3;
                },
                false)) {
            CompletableFuture<Outcome> outcome = serve(daemonizes, Frame.WINDOW);
            assertThat(wire.client(Frame.WINDOW).run(null, out, err)).isEqualTo(new Ending.Exited(3));
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(3));
            assertThat(out.toString(UTF_8)).isEqualTo("started");
        }
    }

    @Test
    void aClientThatVanishesIsLostAlsoAfterTheEndOfItsInput() throws Exception {
        try (Command sleep = new Command(StreamTest::sleep)) {
            CompletableFuture<Outcome> outcome = serve(sleep, Frame.WINDOW);
            ClientStream client = wire.client(Frame.WINDOW);
            CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> client.run(null, out, err));
            Thread.sleep(100);
            assertThat(outcome).isNotDone();
            wire.closeClient();
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.ClientLost.class);
            assertThat(ending.get(5, TimeUnit.SECONDS)).isInstanceOf(Ending.Lost.class);
        }
    }

    @Test
    void anAgentThatVanishesIsLostAfterItsOutputWasWrittenOut() throws Exception {
        try (Command sleep = new Command((stdin, stdout, stderr) -> {
            stdout.write("before".getBytes(UTF_8));
            return sleep(stdin, stdout, stderr);
        })) {
            serve(sleep, Frame.WINDOW);
            ClientStream client = wire.client(Frame.WINDOW);
            CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> client.run(null, out, err));
            Thread.sleep(100);
            wire.agentOut.close();
            assertThat(ending.get(5, TimeUnit.SECONDS)).isInstanceOf(Ending.Lost.class);
            assertThat(out.toString(UTF_8)).isEqualTo("before");
        }
    }

    @Test
    void outputThatNobodyReadsEndsTheClientAndHangsUpTheCommand() throws Exception {
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        try (Command yes = new Command((_, stdout, _) -> {
            while (true) {
                stdout.write(new byte[100]);
            }
        })) {
            CompletableFuture<Outcome> outcome = serve(yes, Frame.WINDOW);
            assertThat(wire.client(Frame.WINDOW).run(null, broken, err))
                    .isEqualTo(new Ending.OutputClosed("STDOUT: Broken pipe"));
            assertThat(outcome.get(5, TimeUnit.SECONDS))
                    .isEqualTo(
                            new Outcome.ClientGone("nobody takes the client's output any more: STDOUT: Broken pipe"));
        }
    }

    @Test
    void whatAClientSaidBeforeItWentCountsAlsoAmidOutput() throws Exception {
        for (int i = 0; i < 20; i++) {
            wire.close();
            wire = new Wire();
            try (Command yes = new Command((_, stdout, _) -> {
                while (true) {
                    stdout.write(new byte[100]);
                }
            })) {
                CompletableFuture<Outcome> outcome = serve(yes, Frame.WINDOW);
                ClientStream client = wire.client(Frame.WINDOW);
                CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> client.run(null, out, err));
                client.detach();
                assertThat(ending.get(5, TimeUnit.SECONDS)).isEqualTo(new Ending.Detached());
                assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Detached());
            }
        }
    }

    @Test
    void detachingLeavesTheCommandAloneAndItsInputOpen() throws Exception {
        CompletableFuture<String> read = new CompletableFuture<>();
        try (Command cat = new Command((stdin, _, _) -> {
            read.complete(new String(stdin.readNBytes(5), UTF_8));
            return stdin.read();
        })) {
            CompletableFuture<Outcome> outcome = serve(cat, Frame.WINDOW);
            ClientStream client = wire.client(Frame.WINDOW);
            InputStream typed =
                    new java.io.SequenceInputStream(new ByteArrayInputStream("typed".getBytes(UTF_8)), new Never());
            CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> client.run(typed, out, err));
            assertThat(read.get(5, TimeUnit.SECONDS)).isEqualTo("typed");
            client.detach();
            assertThat(ending.get(5, TimeUnit.SECONDS)).isEqualTo(new Ending.Detached());
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Detached());
            Thread.sleep(100);
            assertThat(cat.exit().toCompletableFuture()).isNotDone();
        }
    }

    @Test
    void theAgentEndsASessionAndSaysWhy() throws Exception {
        try (Command sleep = new Command(StreamTest::sleep)) {
            CompletableFuture<ServedCommand> server = new CompletableFuture<>();
            CompletableFuture<Outcome> outcome = serve(sleep, Frame.WINDOW, server);
            ClientStream client = wire.client(Frame.WINDOW);
            CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> client.run(null, out, err));
            server.get(5, TimeUnit.SECONDS).end(ErrorCode.EXPIRED, "after 1h");
            assertThat(ending.get(5, TimeUnit.SECONDS)).isEqualTo(new Ending.Refused(ErrorCode.EXPIRED, "after 1h"));
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Ended(ErrorCode.EXPIRED));
        }
    }

    /** Its first word to the agent then meets a closed pipe, by one of two threads. */
    @RepeatedTest(20)
    void aClientHearsWhyTheSessionEndedBeforeItSpoke() throws Exception {
        try (Command sleep = new Command(StreamTest::sleep)) {
            CompletableFuture<ServedCommand> server = new CompletableFuture<>();
            CompletableFuture<Outcome> outcome = serve(sleep, Frame.WINDOW, server);
            ClientStream client = wire.client(Frame.WINDOW);
            server.get(5, TimeUnit.SECONDS).end(ErrorCode.EXPIRED, "after 1h");
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Ended(ErrorCode.EXPIRED));
            CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> client.run(null, out, err));
            assertThat(ending.get(5, TimeUnit.SECONDS)).isEqualTo(new Ending.Refused(ErrorCode.EXPIRED, "after 1h"));
        }
    }

    /** A stopped kubectl (Ctrl-Z) fills every pipe; its session still ends at its time. */
    @Test
    void theAgentEndsASessionWhoseClientDoesNotRead() throws Exception {
        try (Command yes = new Command((_, stdout, _) -> {
            while (true) {
                stdout.write(new byte[1000]);
            }
        })) {
            CompletableFuture<ServedCommand> server = new CompletableFuture<>();
            CompletableFuture<Outcome> outcome = serve(yes, Frame.WINDOW, server);
            wire.client(Frame.WINDOW);
            Thread.sleep(300);
            server.get(5, TimeUnit.SECONDS).end(ErrorCode.EXPIRED, "after 1h");
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Ended(ErrorCode.EXPIRED));
        }
    }

    private CompletableFuture<Outcome> serve(Command command, int window) {
        return serve(command, window, new CompletableFuture<>());
    }

    private CompletableFuture<Outcome> serve(Command command, int window, CompletableFuture<ServedCommand> made) {
        Wire mine = wire;
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        ServedCommand served = new ServedCommand(command, false, window);
                        made.complete(served);
                        Outcome outcome = served.serve(mine.agent());
                        mine.agentIn.close();
                        mine.agentOut.close();
                        return outcome;
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                task -> Thread.ofPlatform().daemon().name("agent").start(task));
    }

    private static int sleep(InputStream stdin, OutputStream stdout, @Nullable OutputStream stderr)
            throws InterruptedException {
        Thread.sleep(60_000);
        return 0;
    }

    /** Waits until a counter stands still. */
    private static long settled(AtomicLong counter) throws InterruptedException {
        long seen = -1;
        while (seen != counter.get() || seen == 0) {
            seen = counter.get();
            Thread.sleep(400);
        }
        return seen;
    }

    /** An output that blocks until it is opened. */
    private static final class Gate extends OutputStream {
        final AtomicLong written = new AtomicLong();
        private final CompletableFuture<Void> opened = new CompletableFuture<>();

        void open() {
            opened.complete(null);
        }

        @Override
        public void write(int b) {
            opened.join();
            written.incrementAndGet();
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            opened.join();
            written.addAndGet(length);
        }
    }

    /** A terminal at which nobody types. */
    private static final class Never extends InputStream {
        @Override
        public int read() throws IOException {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return -1;
        }
    }
}
