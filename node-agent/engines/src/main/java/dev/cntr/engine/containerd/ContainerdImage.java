package dev.cntr.engine.containerd;

import com.google.protobuf.ByteString;
import dev.cntr.engine.StoredImage;
import dev.cntr.engine.containerd.ContainerdProto.Descriptor;
import dev.cntr.engine.containerd.ContainerdProto.ReadContentRequest;
import dev.cntr.engine.containerd.ContainerdProto.ReadContentResponse;
import dev.cntr.engine.cri.RuntimeChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.regex.Pattern;

/** An image in containerd's content store. */
record ContainerdImage(RuntimeChannel channel, Metadata namespace, String name, Descriptor target)
        implements StoredImage.InParts {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9./+:_-]*");

    @Override
    public String description() {
        return "image " + name + " of containerd";
    }

    @Override
    public byte[] index() {
        String digest = target.getDigest();
        String type = target.getMediaType();
        if (!PLAIN.matcher(digest + type).matches()) {
            throw new IllegalArgumentException("containerd describes " + name + " in no known form: " + target);
        }
        return ("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest + "\"}]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public InputStream open(String digest) throws IOException {
        ReadContentRequest request =
                ReadContentRequest.newBuilder().setDigest(digest).build();
        return new Content(channel.stream(ContainerdCalls.READ, request, namespace), digest, name);
    }

    @Override
    public void close() {
        channel.close();
    }

    /** What the answers of a call have in them, one after the other. */
    private static final class Content extends FilterInputStream {
        private final Iterator<ReadContentResponse> answers;
        private final String digest;
        private final String name;

        Content(Iterator<ReadContentResponse> answers, String digest, String name) {
            super(ByteString.EMPTY.newInput());
            this.answers = answers;
            this.digest = digest;
            this.name = name;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            try {
                int n = in.read(to, from, length);
                while (n < 0 && answers.hasNext()) {
                    in = answers.next().getData().newInput();
                    n = in.read(to, from, length);
                }
                return n;
            } catch (StatusRuntimeException e) {
                throw new IOException(
                        RuntimeChannel.isNotFound(e)
                                ? "containerd no longer has " + digest + " of " + name
                                        + ": it was discarded after unpacking (discard_unpacked_layers), or never fetched"
                                : "containerd does not give " + digest + ": " + e.getStatus(),
                        e);
            }
        }

        @Override
        public long skip(long n) throws IOException {
            byte[] skipped = new byte[Math.clamp(n, 0, 64 * 1024)];
            return Math.max(0, read(skipped, 0, skipped.length));
        }
    }
}
