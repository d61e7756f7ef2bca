package dev.cntr.linux.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.OpenFlag;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PtyTest {

    @Test
    void everySizeIsSetAndRead() {
        try (Pty pty = Pty.open()) {
            assertThat(pty.size()).isEqualTo(new WindowSize(0, 0));
            for (WindowSize size : new WindowSize[] {
                new WindowSize(80, 25), new WindowSize(65535, 65535), new WindowSize(0, 0), new WindowSize(65535, 0)
            }) {
                pty.resize(size);
                assertThat(pty.size()).isEqualTo(size);
            }
        }
        assertThatThrownBy(() -> new WindowSize(65536, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WindowSize(1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsTypedReachesTheTerminalAndItsOutputComesBack() throws Exception {
        try (Pty pty = Pty.open();
                FdChannel terminal = new FdChannel(pty.openTerminal())) {
            pty.master().write(ByteBuffer.wrap("typed\n".getBytes(UTF_8)));
            assertThat(read(terminal, 6)).isEqualTo("typed\n");
            assertThat(read(pty.master(), 7)).isEqualTo("typed\r\n");
            terminal.write(ByteBuffer.wrap("out\n".getBytes(UTF_8)));
            assertThat(read(pty.master(), 5)).isEqualTo("out\r\n");
        }
    }

    @Test
    void theMasterIsAtItsEndWhenTheLastProgramHasLeft() throws Exception {
        try (Pty pty = Pty.open()) {
            FdChannel terminal = new FdChannel(pty.openTerminal());
            terminal.write(ByteBuffer.wrap("bye".getBytes(UTF_8)));
            terminal.close();
            assertThat(read(pty.master(), 3)).isEqualTo("bye");
            assertThat(pty.master().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void itIsTheOneOfItsDevpts() {
        try (Fd devpts = Fd.open("/dev/pts", OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY);
                Pty pty = openIn(devpts)) {
            assertThat(Path.of("/dev/pts", Integer.toString(pty.number()))).exists();
        }
    }

    /** The ptmx of /dev/pts has mode 000 by default: root may open it all the same, others take /dev/ptmx. */
    private static Pty openIn(Fd devpts) {
        try {
            return Pty.open(devpts);
        } catch (ErrnoException e) {
            assertThat(e.errno()).isEqualTo(Errno.EACCES);
            return Pty.open();
        }
    }

    @Test
    void closingEndsABlockedReadAndLaterCalls() throws Exception {
        Pty pty = Pty.open();
        Throwable[] thrown = new Throwable[1];
        Thread reader = Thread.ofPlatform().start(() -> {
            try (Fd _ = pty.openTerminal()) {
                pty.master().read(ByteBuffer.allocate(1));
            } catch (ClosedChannelException e) {
                thrown[0] = e;
            }
        });
        Thread.sleep(50);
        pty.close();
        assertThat(reader.join(Duration.ofSeconds(5))).isTrue();
        assertThat(thrown[0]).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> pty.resize(new WindowSize(1, 1))).hasMessage("the pty is closed");
    }

    private static String read(FdChannel channel, int bytes) throws ClosedChannelException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining() && channel.read(buffer, Duration.ofSeconds(5)) > 0) {}
        return new String(buffer.array(), 0, buffer.position(), UTF_8);
    }
}
