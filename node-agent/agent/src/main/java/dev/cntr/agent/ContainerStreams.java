package dev.cntr.agent;

import dev.cntr.attach.DebugContainer;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.FdChannel;
import dev.cntr.protocol.DebugProcess;
import dev.cntr.protocol.WindowSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A debug container as the stream to its client sees it. */
record ContainerStreams(DebugContainer container, CompletionStage<Integer> exit) implements DebugProcess {
    @Override
    public OutputStream stdin() {
        return new Input(container);
    }

    @Override
    public InputStream stdout() {
        return new Output(container.stdout());
    }

    @Override
    public @Nullable InputStream stderr() {
        FdChannel channel = container.stderr();
        return channel == null ? null : new Output(channel);
    }

    @Override
    public void resize(WindowSize size) {
        container.resize(new dev.cntr.linux.terminal.WindowSize(size.columns(), size.rows()));
    }

    @Override
    public void signal(int number) {
        container.signal(number);
    }

    /** What the command reads. Closing it ends the input: of the pipe, or by the terminal's end-of-file character. */
    private static final class Input extends OutputStream {
        private final DebugContainer container;

        Input(DebugContainer container) {
            this.container = container;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            FdChannel channel = container.stdin();
            if (channel == null) {
                throw new ClosedChannelException();
            }
            try {
                channel.write(ByteBuffer.wrap(bytes, offset, length));
            } catch (ErrnoException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            container.closeStdin();
        }
    }

    /** What the command writes. Closing it does nothing: the container closes its channels. */
    private static final class Output extends InputStream {
        private final FdChannel channel;

        Output(FdChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return channel.read(ByteBuffer.wrap(bytes, offset, length));
            } catch (ErrnoException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }
}
