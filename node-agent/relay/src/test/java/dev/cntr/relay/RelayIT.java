package dev.cntr.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Architecture;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The built programs, run as processes against a socket of the test's. */
@Timeout(30)
class RelayIT {
    @TempDir
    Path directory;

    private Path socket;
    private Path relay;

    @BeforeEach
    void build() throws IOException {
        socket = directory.resolve("relay.sock");
        relay = BuildRelay.write(
                RelayProgram.assemble(Architecture.current(), socket.toString()), directory.resolve("relay"));
    }

    private ServerSocketChannel listen() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }

    private Process start(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = relay.toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return new ProcessBuilder(command).start();
    }

    private static String commandLine(DataInputStream in) throws IOException {
        byte[] line = new byte[(int) Long.reverseBytes(in.readLong())];
        in.readFully(line);
        return new String(line, UTF_8);
    }

    @Test
    void tenMegabytesPassBothWaysAfterTheCommandLine() throws Exception {
        byte[] data = new byte[10_000_000];
        new Random(1).nextBytes(data);
        try (ServerSocketChannel server = listen()) {
            Process process = start("attach", "default", "hello-1");
            try (SocketChannel client = server.accept()) {
                DataInputStream in = new DataInputStream(Channels.newInputStream(client));
                CompletableFuture<Void> fed = CompletableFuture.runAsync(() -> {
                    try (OutputStream out = process.getOutputStream()) {
                        out.write(data);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                assertThat(commandLine(in)).isEqualTo(relay + "\0attach\0default\0hello-1\0");
                byte[] arrived = in.readAllBytes(); // ends only because the input's end is passed on
                fed.join();
                assertThat(arrived).isEqualTo(data);

                CompletableFuture<byte[]> printed = CompletableFuture.supplyAsync(() -> all(process));
                OutputStream out = Channels.newOutputStream(client);
                out.write(data);
                client.close();
                assertThat(printed.join()).isEqualTo(data);
            }
            assertThat(process.waitFor()).isZero();
        }
    }

    @Test
    void endsWhenTheAgentClosesThoughItsInputIsOpen() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process process = start("attach", "a", "b");
            try (SocketChannel client = server.accept()) {
                commandLine(new DataInputStream(Channels.newInputStream(client)));
            }
            assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(process.descendants()).isEmpty();
        }
    }

    @Test
    void theAgentSeesTheClientsDeath() throws Exception {
        try (ServerSocketChannel server = listen()) {
            Process process = start("attach", "a", "b");
            try (SocketChannel client = server.accept()) {
                DataInputStream in = new DataInputStream(Channels.newInputStream(client));
                commandLine(in);
                process.destroyForcibly();
                assertThat(in.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void saysThatTheAgentIsNotThere() throws Exception {
        Process process = start("attach", "a", "b");
        assertThat(process.waitFor()).isEqualTo(RelayProgram.UNREACHABLE);
        assertThat(process.errorReader().readLine()).contains(socket.toString(), "agent", "kubectl");
    }

    @Test
    void pauseReapsOrphansAndEndsOnTerm() throws Exception {
        Path pause = BuildRelay.write(PauseProgram.assemble(Architecture.current()), directory.resolve("pause"));
        Process process = new ProcessBuilder(pause.toString()).start();
        Path status = Path.of("/proc/" + process.pid() + "/status");
        while (!Files.readString(status).contains("SigBlk:\t0000000000004002")) {
            Thread.onSpinWait();
        }
        assertThat(Files.readString(status)).containsPattern("SigIgn:\t[0-9a-f]*1[0-9a-f]{4}\n");
        process.destroy();
        assertThat(process.waitFor(1, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void bothAreSmallAndBuiltForBothArchitectures() throws IOException {
        for (Architecture architecture : Architecture.values()) {
            assertThat(RelayProgram.assemble(architecture, "/run/cntr/relay.sock")
                            .elf())
                    .hasSizeLessThan(8192);
            assertThat(PauseProgram.assemble(architecture).elf()).hasSizeLessThan(4096);
        }
    }

    private static byte[] all(Process process) {
        try {
            return process.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
