package dev.cntr.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One side, against a peer that breaks the rules. */
@Timeout(20)
class HostilePeerTest {
    private Wire wire;
    private FrameReader fromAgent;
    private FrameWriter toAgent;

    @BeforeEach
    void open() throws IOException {
        wire = new Wire();
        fromAgent = new FrameReader(wire.clientIn);
        toAgent = new FrameWriter(wire.clientOut);
    }

    @AfterEach
    void close() throws IOException {
        wire.close();
    }

    @Test
    void aProofIsGoodForItsOwnNonceOnly() throws Exception {
        CompletableFuture<ServerStream> first = accept();
        Frame.Proof recorded = proof();
        toAgent.write(recorded);
        assertThat(first.get(5, TimeUnit.SECONDS).size()).isEqualTo(new WindowSize(80, 24));

        wire.close();
        open();
        CompletableFuture<ServerStream> second = accept();
        proof();
        toAgent.write(recorded);
        assertRefused(second, ErrorCode.NOT_AUTHORIZED);
    }

    @Test
    void anUnknownKeyIsRefused() throws Exception {
        CompletableFuture<ServerStream> accepted = accept();
        toAgent.write(new Frame.Hello(1, WindowSize.NONE));
        Frame.Challenge challenge = (Frame.Challenge) next();
        toAgent.write(Possession.generate().prove(challenge.nonce(), challenge.sessionUid(), challenge.podUid()));
        assertRefused(accepted, ErrorCode.NOT_AUTHORIZED);
    }

    @Test
    void anotherVersionIsToldSo() throws Exception {
        CompletableFuture<ServerStream> accepted = accept();
        toAgent.write(new Frame.Hello(2, WindowSize.NONE));
        assertRefused(accepted, ErrorCode.VERSION);
    }

    @ParameterizedTest
    @MethodSource("framesBeforeTheProof")
    void nothingPassesBeforeTheProof(Frame frame) throws Exception {
        CompletableFuture<ServerStream> accepted = accept();
        toAgent.write(new Frame.Hello(1, WindowSize.NONE));
        next();
        toAgent.write(frame);
        assertRefused(accepted, ErrorCode.PROTOCOL);
    }

    static Stream<Frame> framesBeforeTheProof() {
        return Stream.of(
                new Frame.Hello(1, WindowSize.NONE),
                new Frame.Data(StreamId.STDIN, 0, ByteBuffer.wrap(new byte[1])),
                new Frame.Signal(9),
                new Frame.ExitReceived(),
                new Frame.CloseStdin());
    }

    @ParameterizedTest
    @MethodSource("framesAClientMustNotSend")
    void aClientThatBreaksTheRulesIsCutOff(Frame frame) throws Exception {
        try (Command sleep = new Command((_, _, _) -> {
            Thread.sleep(60_000);
            return 0;
        })) {
            CompletableFuture<Outcome> outcome = attached(sleep);
            toAgent.write(frame);
            assertThat(next())
                    .isInstanceOfSatisfying(
                            Frame.Error.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL));
            assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(Outcome.ClientGone.class);
        }
    }

    static Stream<Frame> framesAClientMustNotSend() {
        return Stream.of(
                new Frame.Hello(1, WindowSize.NONE),
                new Frame.Exit(0),
                new Frame.ExitReceived(),
                new Frame.Accepted(1, true),
                new Frame.Data(StreamId.STDOUT, 0, ByteBuffer.wrap(new byte[1])),
                new Frame.Data(StreamId.STDIN, 5, ByteBuffer.wrap(new byte[1])),
                new Frame.Ack(StreamId.STDIN, 0),
                new Frame.Ack(StreamId.STDOUT, 1));
    }

    @Test
    void aClientThatOverrunsTheWindowIsCutOff() throws Exception {
        try (Command deaf = new Command((_, _, _) -> {
            Thread.sleep(60_000);
            return 0;
        })) {
            CompletableFuture<Outcome> outcome = attached(deaf);
            ByteBuffer much = ByteBuffer.wrap(new byte[32 * 1024]);
            assertThatThrownBy(() -> {
                        for (long offset = 0; offset < 10 * Frame.WINDOW; offset += much.remaining()) {
                            toAgent.write(new Frame.Data(StreamId.STDIN, offset, much));
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(outcome.get(5, TimeUnit.SECONDS))
                    .isEqualTo(new Outcome.ClientGone(
                            "the client broke the protocol: more than 1048576 unacknowledged bytes"));
        }
    }

    @Test
    void aRefusedClientHearsWhy() throws Exception {
        toAgent.write(new Frame.Hello(1, WindowSize.NONE));
        ServerStream.refuse(wire.agentIn, wire.agentOut, ErrorCode.SESSION_NOT_FOUND, "no session a/b on this node");
        assertThat(next()).isEqualTo(new Frame.Error(ErrorCode.SESSION_NOT_FOUND, "no session a/b on this node"));
    }

    @Test
    void aClientSignsNothingForAnotherSession() throws Exception {
        CompletableFuture<ClientStream> client = CompletableFuture.supplyAsync(() -> {
            try {
                return wire.client(Frame.WINDOW);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        FrameReader fromClient = new FrameReader(wire.agentIn);
        assertThat(fromClient.read()).isEqualTo(new Frame.Hello(1, new WindowSize(80, 24)));
        new FrameWriter(wire.agentOut)
                .write(new Frame.Challenge(ByteBuffer.wrap(new byte[32]), "session-uid", "another-pod"));
        assertThatThrownBy(() -> client.get(5, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_AUTHORIZED));
    }

    @Test
    void anAgentThatSendsInputToTheClientIsCutOff() throws Exception {
        CompletableFuture<Ending> ending = CompletableFuture.supplyAsync(() -> {
            try {
                return wire.client(Frame.WINDOW)
                        .run(null, OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        wire.agent();
        FrameWriter toClient = new FrameWriter(wire.agentOut);
        toClient.write(new Frame.Accepted(1, false));
        toClient.write(new Frame.Data(StreamId.STDIN, 0, ByteBuffer.wrap(new byte[1])));
        assertThat(ending.get(5, TimeUnit.SECONDS))
                .isEqualTo(
                        new Ending.Refused(ErrorCode.PROTOCOL, "the agent broke the protocol: the agent sent STDIN"));
    }

    private CompletableFuture<ServerStream> accept() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return wire.agent();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private CompletableFuture<Outcome> attached(Command command) throws Exception {
        CompletableFuture<Outcome> outcome = accept().thenApplyAsync(stream -> {
            Outcome end = new ServedCommand(command, false).serve(stream);
            try {
                wire.agentIn.close();
                wire.agentOut.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return end;
        });
        toAgent.write(proof());
        assertThat(next()).isEqualTo(new Frame.Accepted(1, false));
        return outcome;
    }

    private Frame.Proof proof() throws IOException {
        toAgent.write(new Frame.Hello(1, new WindowSize(80, 24)));
        Frame.Challenge challenge = (Frame.Challenge) next();
        return Wire.KEY.prove(challenge.nonce(), challenge.sessionUid(), challenge.podUid());
    }

    /** But for the agent's signs that it is there. */
    private Frame next() throws IOException {
        Frame frame = Objects.requireNonNull(fromAgent.read(), "the agent closed");
        return frame instanceof Frame.Ack ? next() : frame;
    }

    private void assertRefused(CompletableFuture<ServerStream> accepted, ErrorCode code) throws IOException {
        assertThat(next())
                .isInstanceOfSatisfying(
                        Frame.Error.class, e -> assertThat(e.code()).isEqualTo(code));
        assertThatThrownBy(() -> accepted.get(5, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
