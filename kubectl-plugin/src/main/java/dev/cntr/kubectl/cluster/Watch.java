package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cntr.kubectl.http.Streamed;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The events of a watch, one JSON object a line. For one thread. */
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
    private final Streamed answer;
    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Watch(ObjectMapper mapper, Streamed answer) {
        this.mapper = mapper;
        this.answer = answer;
        this.in = new BufferedInputStream(answer.body());
    }

    /** Waits for the next event; null when the time is up. */
    @Nullable
    Event next(Duration atMost) {
        answer.within(atMost);
        try {
            int next = in.read();
            while (next >= 0 && next != '\n') {
                if (line.size() == LONGEST_LINE) {
                    return new Event.Ended();
                }
                line.write(next);
                next = in.read();
            }
            if (next < 0) {
                return new Event.Ended();
            }
            JsonNode event = mapper.readTree(line.toByteArray());
            line.reset();
            return new Event.Said(event.path("type").asText(""), event.path("object"));
        } catch (SocketTimeoutException _) {
            return null;
        } catch (IOException _) {
            return new Event.Ended();
        }
    }

    @Override
    public void close() {
        answer.close();
    }
}
