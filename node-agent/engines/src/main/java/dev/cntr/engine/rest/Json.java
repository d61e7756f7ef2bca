package dev.cntr.engine.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON value, read leniently: what is missing, or of another type, is {@link Nothing}, an empty text, no elements. So a
 * field that another version of an engine leaves out needs no care.
 */
public sealed interface Json {
    record Text(String value) implements Json {}

    /** A number that is whole; others are {@link Nothing}. */
    record Whole(long value) implements Json {}

    record Bool(boolean value) implements Json {}

    record Elements(List<Json> value) implements Json {}

    record Fields(Map<String, Json> value) implements Json {}

    /** Null, or not there. */
    record Nothing() implements Json {}

    JsonFactory FACTORY = new JsonFactory();
    Json NOTHING = new Nothing();

    /**
     * Reads a text.
     *
     * @throws IOException where it is not one JSON value; its nesting is bounded by Jackson (1,000)
     */
    static Json parse(byte[] utf8) throws IOException {
        try (JsonParser p = FACTORY.createParser(utf8)) {
            p.nextToken();
            Json value = value(p);
            if (p.nextToken() != null) {
                throw new IOException("more than one JSON value");
            }
            return value;
        }
    }

    private static Json value(JsonParser p) throws IOException {
        JsonToken token = p.currentToken();
        if (token == null) {
            throw new IOException("the JSON text ends too early");
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Json> fields = new LinkedHashMap<>();
                while (p.nextToken() == JsonToken.FIELD_NAME) {
                    String name = p.currentName();
                    p.nextToken();
                    fields.put(name, value(p));
                }
                yield new Fields(fields);
            }
            case START_ARRAY -> {
                List<Json> elements = new ArrayList<>();
                while (p.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(p));
                }
                yield new Elements(elements);
            }
            case VALUE_STRING -> new Text(p.getText());
            case VALUE_NUMBER_INT ->
                switch (p.getNumberType()) {
                    case INT, LONG -> new Whole(p.getLongValue());
                    case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> NOTHING;
                };
            case VALUE_TRUE -> new Bool(true);
            case VALUE_FALSE -> new Bool(false);
            case VALUE_NULL, VALUE_NUMBER_FLOAT -> NOTHING;
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new IOException("not a JSON value: " + token);
        };
    }

    /** What is under some field names, one in the other. */
    default Json at(String... path) {
        Json at = this;
        for (String name : path) {
            at = at instanceof Fields f ? f.value().getOrDefault(name, NOTHING) : NOTHING;
        }
        return at;
    }

    default String text() {
        return this instanceof Text t ? t.value() : "";
    }

    /** 0 where it is no whole number. */
    default long whole() {
        return this instanceof Whole w ? w.value() : 0;
    }

    default boolean isTrue() {
        return this instanceof Bool b && b.value();
    }

    default List<Json> elements() {
        return this instanceof Elements e ? e.value() : List.of();
    }

    /** Its fields that are texts. */
    default Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        if (this instanceof Fields f) {
            f.value().forEach((name, value) -> {
                if (value instanceof Text t) {
                    texts.put(name, t.value());
                }
            });
        }
        return texts;
    }
}
