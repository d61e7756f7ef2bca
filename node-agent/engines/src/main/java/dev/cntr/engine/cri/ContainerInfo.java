package dev.cntr.engine.cri;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a verbose ContainerStatus tells beside the API: the JSON under {@code info}, the same in containerd
 * ({@code internal/cri/server/container_status.go}) and CRI-O.
 *
 * @param pid empty where it is not told, or 0
 * @param runtimeSpec its text
 */
record ContainerInfo(OptionalInt pid, Optional<String> runtimeSpec) {
    private static final JsonFactory JSON = new JsonFactory();

    static final ContainerInfo NOTHING = new ContainerInfo(OptionalInt.empty(), Optional.empty());

    /**
     * Reads the text.
     *
     * @throws IOException where it is no JSON object
     */
    static ContainerInfo parse(String json) throws IOException {
        OptionalInt pid = OptionalInt.empty();
        Optional<String> spec = Optional.empty();
        try (JsonParser p = JSON.createParser(json)) {
            if (p.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                JsonToken value = p.nextToken();
                if (name.equals("pid") && value == JsonToken.VALUE_NUMBER_INT && p.getIntValue() > 0) {
                    pid = OptionalInt.of(p.getIntValue());
                } else if (name.equals("runtimeSpec") && value == JsonToken.START_OBJECT) {
                    int from = (int) p.currentTokenLocation().getCharOffset();
                    p.skipChildren();
                    spec = Optional.of(
                            json.substring(from, (int) p.currentLocation().getCharOffset()));
                } else {
                    p.skipChildren();
                }
            }
        }
        return new ContainerInfo(pid, spec);
    }
}
