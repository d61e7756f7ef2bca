package dev.cntr.agent;

import dev.cntr.attach.DebugContainer;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.FdChannel;
import dev.cntr.linux.program.Exit;
import dev.cntr.protocol.DebugProcess;
import dev.cntr.protocol.WindowSize;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A debug container as the stream to its client sees it. */
record ContainerStreams(DebugContainer container, CompletionStage<Integer> exit, Traffic traffic)
        implements DebugProcess {
    @Override
    public OutputStream stdin() {
        return new Input(container, traffic);
    }

    @Override
    public InputStream stdout() {
        boolean last = container.stderr() == null; // a terminal: its output is the only one
        return new Output(container.stdout(), last ? container : null, "\r\n", traffic, traffic.out());
    }

    @Override
    public @Nullable InputStream stderr() {
        FdChannel channel = container.stderr();
        return channel == null ? null : new Output(channel, container, "\n", traffic, traffic.err());
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
        private final Traffic traffic;

        Input(DebugContainer container, Traffic traffic) {
            this.container = container;
            this.traffic = traffic;
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
                traffic.passed(traffic.in(), length);
            } catch (ErrnoException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            container.closeStdin();
        }
    }

    /**
     * What the command writes; and at its end, where it could not be executed, why. Closing it does nothing: the container
     * closes its channels.
     */
    private static final class Output extends InputStream {
        private static final long SETTLED_MILLIS = 200;

        private final FdChannel channel;
        private final @Nullable DebugContainer complaining;
        private final String lineEnd;
        private final Traffic traffic;
        private final AtomicLong count;
        private @Nullable InputStream complaint;

        /**
         * @param complaining the container whose failure to start is to be told here; null where another stream tells it
         */
        Output(
                FdChannel channel,
                @Nullable DebugContainer complaining,
                String lineEnd,
                Traffic traffic,
                AtomicLong count) {
            this.channel = channel;
            this.complaining = complaining;
            this.lineEnd = lineEnd;
            this.traffic = traffic;
            this.count = count;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (complaint != null) {
                return complaint.read(bytes, offset, length);
            }
            try {
                int n = channel.read(ByteBuffer.wrap(bytes, offset, length));
                if (n >= 0 || complaining == null) {
                    traffic.passed(count, Math.max(n, 0));
                    return n;
                }
            } catch (ErrnoException e) {
                throw new IOException(e.getMessage(), e);
            }
            complaint = new ByteArrayInputStream(complaint(complaining).getBytes(StandardCharsets.UTF_8));
            return complaint.read(bytes, offset, length);
        }

        private String complaint(DebugContainer container) {
            try {
                Exit exit = container.exit().get(SETTLED_MILLIS, TimeUnit.MILLISECONDS);
                return exit instanceof Exit.NotExecuted failed ? "cntr: " + failed.message() + lineEnd : "";
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return "";
            } catch (ExecutionException | TimeoutException _) {
                return ""; // it runs on with its output closed
            }
        }
    }
}
