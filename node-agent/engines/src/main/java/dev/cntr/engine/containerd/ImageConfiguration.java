package dev.cntr.engine.containerd;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The configuration of an OCI image ({@code config.md} of the image specification), as far as tools need it. */
final class ImageConfiguration {
    private static final JsonFactory JSON = new JsonFactory();

    private ImageConfiguration() {}

    /**
     * {@code NAME=value} each.
     *
     * @throws IOException where it is no JSON object
     */
    static List<String> environment(byte[] json) throws IOException {
        List<String> variables = new ArrayList<>();
        try (JsonParser p = JSON.createParser(json)) {
            if (p.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JSON object");
            }
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                if (p.nextToken() == JsonToken.START_OBJECT && name.equals("config")) {
                    readConfig(p, variables);
                } else {
                    p.skipChildren();
                }
            }
        }
        return variables;
    }

    private static void readConfig(JsonParser p, List<String> variables) throws IOException {
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String name = p.currentName();
            if (p.nextToken() == JsonToken.START_ARRAY && name.equals("Env")) {
                while (p.nextToken() == JsonToken.VALUE_STRING) {
                    variables.add(p.getText());
                }
            } else {
                p.skipChildren();
            }
        }
    }
}
