package dev.cntr.oci.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.cntr.oci.OciException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An object of a JSON document, with its path in it for messages. It remembers which properties were asked for, so that
 * {@link #refuseTheRest} can tell those that nobody knows.
 */
public final class JsonObject {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String path;
    private final Map<String, @Nullable Object> properties;
    private final Set<String> asked = new HashSet<>();

    private JsonObject(String path, Map<String, @Nullable Object> properties) {
        this.path = path;
        this.properties = properties;
    }

    /**
     * Reads a document.
     *
     * @param name what it is called in messages
     */
    public static JsonObject parse(String name, byte[] json) {
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new OciException(name + " is not a JSON object");
            }
            JsonObject object = new JsonObject("", members(parser));
            if (parser.nextToken() != null) {
                throw new OciException(name + " goes on after its JSON object");
            }
            return object;
        } catch (IOException e) {
            throw new OciException(name + " is not valid JSON: " + e.getMessage(), e);
        }
    }

    private static Map<String, @Nullable Object> members(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            members.put(name, value(parser));
        }
        return members;
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> members(parser);
            case START_ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(parser));
                }
                yield elements;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue().longValue(); // an unsigned 64-bit word keeps its bits
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    public String path() {
        return path;
    }

    private String pathOf(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private <T> Optional<T> get(String name, Class<T> type, String article) {
        asked.add(name);
        Object value = properties.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!type.isInstance(value)) {
            throw new OciException("config.json: " + pathOf(name) + " must be " + article + ", not " + value);
        }
        return Optional.of(type.cast(value));
    }

    public Optional<String> string(String name) {
        return get(name, String.class, "a string");
    }

    public String requiredString(String name) {
        return string(name).orElseThrow(() -> new OciException("config.json: " + pathOf(name) + " is missing"));
    }

    public boolean flag(String name) {
        return get(name, Boolean.class, "true or false").orElse(false);
    }

    public OptionalLong number(String name) {
        Optional<Long> value = get(name, Long.class, "an integer");
        return value.isPresent() ? OptionalLong.of(value.get()) : OptionalLong.empty();
    }

    @SuppressWarnings("unchecked") // members() makes no other maps
    public Optional<JsonObject> object(String name) {
        return get(name, Map.class, "an object")
                .map(map -> new JsonObject(pathOf(name), (Map<String, @Nullable Object>) map));
    }

    public <T> Optional<T> object(String name, Function<JsonObject, T> read) {
        return object(name).map(read);
    }

    @SuppressWarnings("unchecked") // as above
    public <T> List<T> objects(String name, Function<JsonObject, T> read) {
        List<T> list = new ArrayList<>();
        List<?> elements = get(name, List.class, "an array").orElse(List.of());
        for (int i = 0; i < elements.size(); i++) {
            String at = pathOf(name) + "[" + i + "]";
            if (!(elements.get(i) instanceof Map<?, ?> map)) {
                throw new OciException("config.json: " + at + " must be an object");
            }
            list.add(read.apply(new JsonObject(at, (Map<String, @Nullable Object>) map)));
        }
        return list;
    }

    public List<String> strings(String name) {
        return elements(name, String.class, "strings");
    }

    public List<Long> numbers(String name) {
        return elements(name, Long.class, "integers");
    }

    private <T> List<T> elements(String name, Class<T> type, String plural) {
        List<T> list = new ArrayList<>();
        for (Object element : get(name, List.class, "an array").orElse(List.of())) {
            if (!type.isInstance(element)) {
                throw new OciException("config.json: " + pathOf(name) + " must hold " + plural + ", not " + element);
            }
            list.add(type.cast(element));
        }
        return list;
    }

    /** Every property as text, for maps of strings. */
    public Map<String, String> asStrings() {
        Map<String, String> map = new LinkedHashMap<>();
        for (String name : properties.keySet()) {
            map.put(name, requiredString(name));
        }
        return map;
    }

    /** Takes a property that means nothing here, whatever it holds. */
    public void ignore(String name) {
        asked.add(name);
    }

    /** @throws OciException for the first property that asks for something and was not asked for itself */
    public void refuseTheRest() {
        properties.forEach((name, value) -> {
            if (!asked.contains(name) && !asksForNothing(value)) {
                throw new OciException("config.json: " + pathOf(name)
                        + " is not implemented by cntr-oci; leave it out, or use another runtime for this container");
            }
        });
    }

    private static boolean asksForNothing(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case Boolean b -> !b;
            case Map<?, ?> m -> m.values().stream().allMatch(JsonObject::asksForNothing);
            case List<?> l -> l.isEmpty();
            case String s -> s.isEmpty();
            case Long n -> n == 0;
            default -> false;
        };
    }
}
