package dev.cntr.kubectl.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.protocol.WindowSize;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads asciicast v2 (docs.asciinema.org/manual/asciicast/v2), line by line: a file may be longer than memory. A last line
 * without its end is that of a recording which was cut off, and is left out.
 */
public final class Cast {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_LINE = 16 << 20;
    private static final int VERSION = 2;

    private final InputStream from;
    private final String name;
    private final WindowSize size;
    private int line;
    private double last;

    /**
     * Something that happened.
     *
     * @param seconds since the beginning
     * @param kind {@code o} for output, {@code i} input, {@code r} a new size, {@code m} a marker; others are of later versions
     */
    record Event(double seconds, String kind, String text) {}

    /**
     * Reads the header.
     *
     * @param name of the file, for messages
     * @throws CntrException for a file that is none
     */
    public Cast(InputStream in, String name) {
        this.from = new BufferedInputStream(in, 64 * 1024);
        this.name = name;
        Optional<String> first = readLine();
        if (first.isEmpty()) {
            throw bad("it is empty: a recording whose end has not come, or whose node was lost");
        }
        JsonNode header = parse(first.get());
        if (!header.isObject() || !header.path("version").isInt()) {
            throw bad("it does not begin with a header; asciicast v2 is wanted");
        }
        int version = header.path("version").asInt();
        if (version != VERSION) {
            throw bad("it is asciicast v" + version + "; v2 is wanted");
        }
        int columns = header.path("width").asInt();
        int rows = header.path("height").asInt();
        if (columns <= 0 || rows <= 0 || columns > 0xffff || rows > 0xffff) {
            throw bad("its header has no width and height");
        }
        size = new WindowSize(columns, rows);
    }

    /** The terminal's size at the beginning. */
    public WindowSize size() {
        return size;
    }

    /** The next event; empty at the end. Time never goes back. */
    Optional<Event> next() {
        Optional<String> text = readLine();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        JsonNode event = parse(text.get());
        if (!event.isArray()
                || event.size() != 3
                || !event.get(0).isNumber()
                || !event.get(1).isTextual()
                || !event.get(2).isTextual()) {
            throw bad("line " + line + " is no event: [seconds, kind, text] is wanted");
        }
        double seconds = event.get(0).asDouble();
        if (!(seconds >= last && seconds < Integer.MAX_VALUE)) {
            throw bad("line " + line + " is of " + seconds + " s, and the one before of " + last + " s");
        }
        last = seconds;
        return Optional.of(
                new Event(seconds, event.get(1).asText(), event.get(2).asText()));
    }

    private JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw bad("line " + line + " is no JSON: " + e.getOriginalMessage());
        }
    }

    /** A line with something in it; empty at the end of the file. */
    private Optional<String> readLine() {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int b = from.read(); b >= 0; b = from.read()) {
                if (b != '\n') {
                    bytes.write(b);
                    if (bytes.size() > LONGEST_LINE) {
                        throw bad("line " + (line + 1) + " is longer than " + LONGEST_LINE + " bytes");
                    }
                    continue;
                }
                line++;
                String text = bytes.toString(UTF_8);
                if (!text.isBlank()) {
                    return Optional.of(text);
                }
                bytes.reset();
            }
            return cutOff(bytes);
        } catch (IOException e) {
            throw new CntrException(
                    ExitCode.INTERNAL, "reading " + name + " failed after line " + line + ": " + e.getMessage(), e);
        }
    }

    private Optional<String> cutOff(ByteArrayOutputStream rest) {
        line++;
        String text = rest.toString(UTF_8);
        if (text.isBlank()) {
            return Optional.empty();
        }
        try {
            return JSON.readTree(text) == null ? Optional.empty() : Optional.of(text);
        } catch (JsonProcessingException e) {
            if (line == 1) {
                throw bad("it does not begin with a header; asciicast v2 is wanted");
            }
            return Optional.empty();
        }
    }

    private CntrException bad(String why) {
        return new CntrException(ExitCode.USAGE, name + " cannot be replayed: " + why);
    }
}
