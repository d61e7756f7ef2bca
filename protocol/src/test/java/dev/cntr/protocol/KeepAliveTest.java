package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer that goes and leaves the pipe open behind it, as a killed container runtime does. */
@Timeout(20)
class KeepAliveTest {
    private static final KeepAlive.Pace FAST = new KeepAlive.Pace(Duration.ofMillis(40), 10);
    private static final Frame.Ack CLIENTS_SIGN = new Frame.Ack(StreamId.STDOUT, 0);
    private static final Frame.Ack AGENTS_SIGN = new Frame.Ack(StreamId.STDIN, 0);

    private Wire wire;
    private FrameWriter toAgent;
    private FrameReader fromAgent;

    @BeforeEach
    void open() throws IOException {
        wire = new Wire();
        toAgent = new FrameWriter(wire.clientOut);
        fromAgent = new FrameReader(wire.clientIn);
    }

    @AfterEach
    void close() throws IOException {
        wire.close();
    }

    @Test
    void bothSidesSayThatTheyAreThereAndStayTogether() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Command quiet = new Command((_, stdout, _) -> {
            Thread.sleep(4 * FAST.silence().toMillis());
            stdout.write("then".getBytes(UTF_8));
            return 7;
        })) {
            CompletableFuture<Outcome> outcome = served(quiet);
            Ending ending = wire.client(Frame.WINDOW, FAST).run(null, out, OutputStream.nullOutputStream());
            assertThat(ending).isEqualTo(new Ending.Exited(7));
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Exited(7));
        }
        assertThat(out.toString(UTF_8)).isEqualTo("then");
    }

    @Test
    void aClientThatSaidItWasThereIsLostWhenItIsSilent() throws Exception {
        try (Command sleep = sleep()) {
            CompletableFuture<Outcome> outcome = attached(sleep);
            toAgent.write(CLIENTS_SIGN);
            assertThat(outcome.get(10, TimeUnit.SECONDS))
                    .isEqualTo(new Outcome.ClientLost("nothing was heard of the client for 0 s"));
        }
    }

    /** What a command says to a client that is gone fills the pipe, and whoever writes to it waits. */
    @Test
    void aSilentClientIsLostAlsoWhereTheAgentWaitsToWrite() throws Exception {
        try (Command yes = new Command((_, stdout, _) -> {
            while (true) {
                stdout.write(new byte[1000]);
            }
        })) {
            CompletableFuture<Outcome> outcome = attached(yes);
            toAgent.write(CLIENTS_SIGN);
            assertThat(outcome.get(10, TimeUnit.SECONDS)).isInstanceOf(Outcome.ClientLost.class);
        }
    }

    @Test
    void anyFrameIsASignOfLife() throws Exception {
        try (Command sleep = sleep()) {
            CompletableFuture<Outcome> outcome = attached(sleep);
            toAgent.write(CLIENTS_SIGN);
            for (int i = 0; i < 60; i++) {
                toAgent.write(new Frame.Resize(new WindowSize(80, 24)));
                Thread.sleep(FAST.interval());
                assertThat(outcome).isNotDone();
            }
        }
    }

    @Test
    void anOlderClientIsWaitedForAndUnderstandsTheAgentsSigns() throws Exception {
        try (Command sleep = sleep()) {
            CompletableFuture<Outcome> outcome = attached(sleep);
            for (int i = 0; i < 30; i++) {
                assertThat(fromAgent.read()).isEqualTo(AGENTS_SIGN);
            }
            assertThat(outcome).isNotDone();
            toAgent.write(new Frame.Detach());
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isEqualTo(new Outcome.Detached());
        }
    }

    @Test
    void anAgentThatSaidItWasThereIsLostWhenItIsSilent() throws Exception {
        CompletableFuture<Ending> ending = attachedToNobody();
        FrameWriter toClient = new FrameWriter(wire.agentOut);
        toClient.write(AGENTS_SIGN);
        assertThat(ending.get(10, TimeUnit.SECONDS))
                .isEqualTo(new Ending.Lost("nothing was heard of the agent for 0 s"));
    }

    @Test
    void anOlderAgentIsWaitedFor() throws Exception {
        CompletableFuture<Ending> ending = attachedToNobody();
        FrameReader fromClient = new FrameReader(wire.agentIn);
        for (int i = 0; i < 30; i++) {
            assertThat(fromClient.read()).isIn(CLIENTS_SIGN, new Frame.CloseStdin());
        }
        assertThat(ending).isNotDone();
        new FrameWriter(wire.agentOut).write(new Frame.Exit(3));
        assertThat(ending.get(5, TimeUnit.SECONDS)).isEqualTo(new Ending.Exited(3));
    }

    private static Command sleep() throws IOException {
        return new Command((_, _, _) -> {
            Thread.sleep(60_000);
            return 0;
        });
    }

    /** A client by hand, which has sent no sign yet. */
    private CompletableFuture<Outcome> attached(Command command) throws IOException {
        CompletableFuture<Outcome> outcome = served(command);
        toAgent.write(new Frame.Hello(Frame.VERSION, WindowSize.NONE));
        if (!(fromAgent.read() instanceof Frame.Challenge challenge)) {
            throw new AssertionError("no challenge");
        }
        toAgent.write(Wire.KEY.prove(challenge.nonce(), challenge.sessionUid(), challenge.podUid()));
        assertThat(fromAgent.read()).isEqualTo(new Frame.Accepted(Frame.VERSION, false));
        return outcome;
    }

    private CompletableFuture<Outcome> served(Command command) {
        return beside(() -> new ServedCommand(command, false).serve(wire.agent(FAST)));
    }

    /** A client whose agent has accepted it, and says nothing more. */
    private CompletableFuture<Ending> attachedToNobody() throws IOException {
        CompletableFuture<Ending> ending = beside(() -> wire.client(Frame.WINDOW, FAST)
                .run(null, OutputStream.nullOutputStream(), OutputStream.nullOutputStream()));
        wire.agent();
        new FrameWriter(wire.agentOut).write(new Frame.Accepted(Frame.VERSION, false));
        return ending;
    }

    private static <T> CompletableFuture<T> beside(Callable<T> work) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.call();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                },
                task -> Thread.ofPlatform().daemon().name("beside").start(task));
    }
}
