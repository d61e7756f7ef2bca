package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are cut off and come back, that leave and are followed by others. */
@Timeout(60)
class ResumeTest {
    private static final KeepAlive.Pace FAST = new KeepAlive.Pace(Duration.ofMillis(40), 10);

    private final BlockingQueue<Wire> wires = new LinkedBlockingQueue<>();
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final BlockingQueue<WindowSize> sizes = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @AfterEach
    void close() throws IOException {
        for (Wire wire : wires) {
            wire.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, Frame.WINDOW})
    void tenMegabytesPassBothWaysUnchangedHoweverOftenTheConnectionIsCut(int window) throws Exception {
        byte[] sent = new byte[10_000_000];
        new Random(1).nextBytes(sent);
        try (Command cat = cat()) {
            ServedCommand served = new ServedCommand(cat, false, window);
            AtomicInteger cuts = new AtomicInteger();
            ClientStream client = connect(served).client(window);
            Thread cutter = Thread.ofPlatform().daemon().start(() -> {
                Random random = new Random(2);
                int next = 0;
                // a client that has ended does not come back with an acknowledgement that was lost
                while (next < sent.length - 1_000_000 && !served.over().isDone()) {
                    pause(1);
                    if (out.size() >= next) {
                        cut(random.nextBoolean());
                        cuts.incrementAndGet();
                        next = out.size() + random.nextInt(1_000_000);
                    }
                }
            });
            Ending ending = client.run(new ByteArrayInputStream(sent), out, err, _ -> pipe(connect(served)));
            assertThat(ending).isEqualTo(new Ending.Exited(7));
            assertThat(served.over().get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(7));
            cutter.join();
            assertThat(cuts).hasValueGreaterThan(8);
        }
        assertThat(out.toByteArray()).isEqualTo(sent);
        assertThat(err.toByteArray()).isEqualTo(sent);
    }

    /** The client notices first: its pipe breaks, and what is left of it stays open at the agent. */
    @Test
    void aClientThatIsTakenToBeThereTakesItsOwnPlace() throws Exception {
        try (Command cat = cat()) {
            ServedCommand served = new ServedCommand(cat, false);
            Wire first = connect(served);
            ClientStream client = first.client(Frame.WINDOW);
            CompletableFuture<InputStream> rest = new CompletableFuture<>();
            CompletableFuture<Ending> ending = beside(() -> client.run(
                    new SequenceInputStream(text("before "), new Late(rest)), out, err, _ -> pipe(connect(served))));
            awaitOut("before ");
            first.agentOut.close();
            rest.complete(text("after"));
            assertThat(ending.get(10, TimeUnit.SECONDS)).isEqualTo(new Ending.Exited(7));
            assertThat(out.toString(UTF_8)).isEqualTo("before after");
            assertThat(outcomes.poll(5, TimeUnit.SECONDS))
                    .isInstanceOfAny(Outcome.Resumed.class, Outcome.ClientLost.class);
        }
    }

    @Test
    void theExitCodeComesAlsoWhereItWasCutOff() throws Exception {
        CompletableFuture<Void> end = new CompletableFuture<>();
        try (Command waits = new Command((_, stdout, _) -> {
            stdout.write("last words".getBytes(UTF_8));
            end.get();
            return 5;
        })) {
            ServedCommand served = new ServedCommand(waits, false);
            CompletableFuture<Ending> ending =
                    beside(() -> connect(served).client(Frame.WINDOW).run(null, out, err, _ -> {
                        end.complete(null);
                        Thread.sleep(200); // it has ended meanwhile, with nobody there
                        return pipe(connect(served));
                    }));
            awaitOut("last words");
            cut(true);
            assertThat(ending.get(10, TimeUnit.SECONDS)).isEqualTo(new Ending.Exited(5));
            assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.ClientLost.class);
            assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(5));
        }
    }

    @Test
    void theSizeAndTheEndOfInputAreToldAgain() throws Exception {
        CompletableFuture<Void> back = new CompletableFuture<>();
        try (Command wc = new Command((stdin, _, _) -> stdin.readAllBytes().length)) {
            ServedCommand served = new ServedCommand(wc, false);
            Wire first = connect(served);
            ClientStream client = first.client(Frame.WINDOW);
            CompletableFuture<InputStream> typed = new CompletableFuture<>();
            CompletableFuture<Ending> ending = beside(() -> client.run(new Late(typed), out, err, _ -> {
                back.join();
                return pipe(connect(served));
            }));
            first.close();
            typed.complete(text("1234"));
            client.resize(new WindowSize(132, 43));
            back.complete(null);
            assertThat(ending.get(10, TimeUnit.SECONDS)).isEqualTo(new Ending.Exited(4));
            assertThat(sizes).contains(new WindowSize(132, 43));
        }
    }

    @Test
    void aSilentPeerIsLeftForAnotherConnection() throws Exception {
        try (Command cat = cat()) {
            ServedCommand served = new ServedCommand(cat, false);
            Wire dead = new Wire();
            Wire alive = new Wire();
            beside(() -> served.serve(dead.agent(FAST)));
            ClientStream client = dead.client(Frame.WINDOW, FAST);
            CompletableFuture<InputStream> typed = new CompletableFuture<>();
            CompletableFuture<Ending> ending = beside(() -> client.run(new Late(typed), out, err, _ -> {
                beside(() -> served.serve(alive.agent(FAST)));
                return pipe(alive);
            }));
            Thread.sleep(200);
            dead.close();
            typed.complete(text("typed"));
            assertThat(ending.get(10, TimeUnit.SECONDS)).isEqualTo(new Ending.Exited(7));
            assertThat(out.toString(UTF_8)).isEqualTo("typed");
            alive.close();
        }
    }

    @Test
    void whoComesAfterOneWhoLeftSeesTheLastOfWhatWasSaid() throws Exception {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        try (Command talks = new Command((stdin, stdout, _) -> {
            stdout.write("one ".getBytes(UTF_8));
            gone.get();
            stdout.write("two ".getBytes(UTF_8));
            byte[] read = stdin.readNBytes(3);
            stdout.write(read);
            return 9;
        })) {
            ServedCommand served = new ServedCommand(talks, true);
            ClientStream first = connect(served).client(Frame.WINDOW);
            CompletableFuture<Ending> left = beside(() -> first.run(new Late(new CompletableFuture<>()), out, err));
            awaitOut("one ");
            first.detach();
            assertThat(left.get(5, TimeUnit.SECONDS)).isEqualTo(new Ending.Detached());
            assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Detached());
            assertThat(served.attended()).isFalse();
            gone.complete(null);
            Thread.sleep(100);

            out.reset();
            Ending second = connect(served).client(Frame.WINDOW).run(text("yes"), out, err);
            assertThat(second).isEqualTo(new Ending.Exited(9));
            assertThat(out.toString(UTF_8)).isEqualTo("one two yes");
        }
    }

    @Test
    void whatIsSaidToNobodyIsBoundedAndHoldsNobodyUp() throws Exception {
        int lines = 300_000;
        CompletableFuture<Void> said = new CompletableFuture<>();
        CompletableFuture<Void> end = new CompletableFuture<>();
        try (Command talks = new Command((_, stdout, _) -> {
            for (int i = 0; i < lines; i++) {
                stdout.write("%09d\n".formatted(i).getBytes(UTF_8));
            }
            said.complete(null);
            end.get();
            return 0;
        })) {
            ServedCommand served = new ServedCommand(talks, true);
            ClientStream first = connect(served).client(Frame.WINDOW);
            beside(() -> first.run(null, out, err));
            first.detach();
            said.get(20, TimeUnit.SECONDS);
            out.reset();
            CompletableFuture<Ending> second =
                    beside(() -> connect(served).client(Frame.WINDOW).run(null, out, err));
            awaitOut("%09d\n".formatted(lines - 1));
            end.complete(null);
            assertThat(second.get(5, TimeUnit.SECONDS)).isEqualTo(new Ending.Exited(0));
            assertThat(out.size()).isBetween(CommandStreams.SCROLLBACK, Frame.WINDOW);
        }
    }

    @Test
    void aCommandThatEndsWithNobodyThereIsOver() throws Exception {
        CompletableFuture<Void> end = new CompletableFuture<>();
        try (Command talks = new Command((_, stdout, _) -> {
            end.get();
            stdout.write("to nobody".getBytes(UTF_8));
            return 3;
        })) {
            ServedCommand served = new ServedCommand(talks, true);
            ClientStream first = connect(served).client(Frame.WINDOW);
            beside(() -> first.run(null, out, err));
            first.detach();
            assertThat(outcomes.poll(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Detached());
            assertThat(served.over()).isNotDone();
            end.complete(null);
            assertThat(served.over().get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(3));
        }
    }

    /** Only who was here last may go on where that one was. */
    @Test
    void aClientThatAnotherHasFollowedIsNotKnownAnyMore() throws Exception {
        try (Command cat = cat()) {
            ServedCommand served = new ServedCommand(cat, false);
            List<Boolean> known = new CopyOnWriteArrayList<>();
            ClientStream first = connect(served).client(Frame.WINDOW);
            CompletableFuture<Ending> ending =
                    beside(() -> first.run(new Late(new CompletableFuture<>()), out, err, _ -> {
                        CompletableFuture<ClientStream> second =
                                beside(() -> connect(served).client(Frame.WINDOW));
                        second.join();
                        Wire third = beside(Wire::new).join();
                        beside(() -> {
                            ServerStream again = third.agent();
                            known.add(served.knows(again));
                            again.end(ErrorCode.ALREADY_ATTACHED, "another client is attached");
                            second.join().close();
                            return true;
                        });
                        return pipe(third);
                    }));
            Thread.sleep(100);
            cut(true);
            assertThat(ending.get(10, TimeUnit.SECONDS))
                    .isEqualTo(new Ending.Refused(ErrorCode.ALREADY_ATTACHED, "another client is attached"));
            assertThat(known).containsExactly(false);
        }
    }

    private Wire connect(ServedCommand served) {
        try {
            Wire wire = new Wire();
            wires.add(wire);
            beside(() -> {
                ServerStream stream = wire.agent();
                sizes.add(stream.size());
                Outcome outcome = served.serve(stream);
                outcomes.add(outcome);
                return outcome;
            });
            return wire;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ClientStream.Pipe pipe(Wire wire) {
        return new ClientStream.Pipe(wire.clientIn, wire.clientOut);
    }

    /** Cuts the newest connection. */
    private void cut(boolean atTheClient) {
        Wire[] all = wires.toArray(Wire[]::new);
        Wire newest = all[all.length - 1];
        try {
            if (atTheClient) {
                newest.closeClient();
            } else {
                newest.agentIn.close();
                newest.agentOut.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitOut(String text) {
        while (!out.toString(UTF_8).contains(text)) {
            pause(5);
        }
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Command cat() throws IOException {
        return new Command((stdin, stdout, stderr) -> {
            byte[] buffer = new byte[10_007];
            for (int n = stdin.read(buffer); n >= 0; n = stdin.read(buffer)) {
                stdout.write(buffer, 0, n);
                stderr.write(buffer, 0, n);
            }
            return 7;
        });
    }

    private static ByteArrayInputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    private static <T> CompletableFuture<T> beside(Callable<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.call();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                task -> Thread.ofPlatform().daemon().name("beside").start(task));
    }

    /** An input that is typed later. */
    private static final class Late extends InputStream {
        private final CompletableFuture<InputStream> typed;

        Late(CompletableFuture<InputStream> typed) {
            this.typed = typed;
        }

        @Override
        public int read() throws IOException {
            return typed.join().read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return typed.join().read(into, offset, length);
        }
    }
}
