package dev.cntr.linux.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.FdChannel;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A pipe between two channels of this program. */
class PipeTest {

    @Test
    void manyBytesArriveWholeThroughASlowReader() throws Exception {
        byte[] sent = new byte[3_000_001];
        new Random(1).nextBytes(sent);
        Pipe pipe = Pipe.open();
        ByteBuffer received = ByteBuffer.allocateDirect(sent.length + 1);
        try (FdChannel in = new FdChannel(pipe.read())) {
            Thread writer = Thread.ofPlatform().start(() -> {
                try (FdChannel out = new FdChannel(pipe.write())) {
                    assertThat(out.write(ByteBuffer.wrap(sent))).isEqualTo(sent.length);
                } catch (ClosedChannelException e) {
                    throw new IllegalStateException(e);
                }
            });
            while (in.read(received) >= 0) {}
            writer.join();
        }
        assertThat(received.flip()).isEqualTo(ByteBuffer.wrap(sent));
    }

    @Test
    void aReadGivesUpInTime() throws Exception {
        try (Pipe pipe = Pipe.open();
                FdChannel in = new FdChannel(pipe.read().duplicate())) {
            assertThat(in.read(ByteBuffer.allocate(1), Duration.ofMillis(10))).isZero();
        }
    }

    @Test
    void aWriteToNobodyFailsWithoutASignal() {
        Pipe pipe = Pipe.open();
        pipe.read().close();
        try (FdChannel out = new FdChannel(pipe.write())) {
            assertThatThrownBy(() -> out.write(ByteBuffer.allocate(1)))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPIPE));
        }
    }

    @Test
    void closingEndsABlockedWrite() throws Exception {
        Pipe pipe = Pipe.open();
        FdChannel out = new FdChannel(pipe.write());
        Throwable[] thrown = new Throwable[1];
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                out.write(ByteBuffer.allocate(1 << 20));
            } catch (ClosedChannelException e) {
                thrown[0] = e;
            }
        });
        Thread.sleep(50);
        out.close();
        assertThat(writer.join(Duration.ofSeconds(5))).isTrue();
        assertThat(thrown[0]).isInstanceOf(ClosedChannelException.class);
        pipe.read().close();
    }
}
