package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The events of a watch, one JSON object a line. */
final class Watch implements AutoCloseable {
    /** No object can be longer, so no event. */
    private static final int LONGEST_LINE = 4 * 1024 * 1024;

    /** One thing that a watch says. */
    sealed interface Event {
        /** The object changed, or something else than the object was said: see {@code type}. */
        record Said(String type, JsonNode object) implements Event {}

        /** The server ended the watch, or the connection broke. */
        record Ended() implements Event {}
    }

    private final ObjectMapper mapper;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private volatile @Nullable AsyncBody body;

    Watch(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    CompletableFuture<HttpResponse<AsyncBody>> start(HttpClient http, HttpRequest request) {
        return http.consumeBytes(request, this::receive).thenApply(response -> {
            AsyncBody started = response.body();
            body = started;
            started.done().whenComplete((_, _) -> events.add(new Event.Ended()));
            started.consume();
            return response;
        });
    }

    /** Waits for the next event; null when the time is up. */
    @Nullable
    Event next(Duration atMost) throws InterruptedException {
        return events.poll(Math.max(0, atMost.toMillis()), TimeUnit.MILLISECONDS);
    }

    private void receive(List<ByteBuffer> buffers, AsyncBody from) throws IOException {
        for (ByteBuffer buffer : buffers) {
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next == '\n') {
                    JsonNode event = mapper.readTree(line.toByteArray());
                    events.add(new Event.Said(event.path("type").asText(""), event.path("object")));
                    line.reset();
                } else if (line.size() < LONGEST_LINE) {
                    line.write(next);
                } else {
                    throw new IOException("an event of more than " + LONGEST_LINE + " bytes");
                }
            }
        }
        from.consume();
    }

    @Override
    public void close() {
        AsyncBody started = body;
        if (started != null) {
            started.cancel();
        }
    }
}
