package dev.cntr.oci.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.cntr.oci.spec.JsonObject;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A container that was created.
 *
 * @param pid of its first process
 * @param startTime of that, in clock ticks since boot: with the pid it names the process
 * @param cgroupsPath as it was asked for
 * @param created when, as ISO 8601
 */
public record ContainerState(
        String version,
        String id,
        int pid,
        long startTime,
        String bundle,
        String rootfs,
        Optional<String> cgroupsPath,
        String created,
        Map<String, String> annotations) {
    private static final JsonFactory FACTORY = new JsonFactory();

    public ContainerState {
        annotations = Map.copyOf(annotations);
    }

    /** What has become of it, as the specification names it. */
    public enum Status {
        CREATED,
        RUNNING,
        STOPPED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static ContainerState read(String file, byte[] bytes) {
        JsonObject json = JsonObject.parse(file, bytes);
        return new ContainerState(
                json.requiredString("ociVersion"),
                json.requiredString("id"),
                (int) json.number("pid").orElseThrow(),
                json.number("startTime").orElseThrow(),
                json.requiredString("bundle"),
                json.requiredString("rootfs"),
                json.string("cgroupsPath"),
                json.requiredString("created"),
                json.object("annotations", JsonObject::asStrings).orElse(Map.of()));
    }

    /** For the state directory. */
    String toJson() {
        return write(json -> {
            json.writeStringField("ociVersion", version);
            json.writeStringField("id", id);
            json.writeNumberField("pid", pid);
            json.writeNumberField("startTime", startTime);
            json.writeStringField("bundle", bundle);
            json.writeStringField("rootfs", rootfs);
            if (cgroupsPath.isPresent()) {
                json.writeStringField("cgroupsPath", cgroupsPath.get());
            }
            json.writeStringField("created", created);
            annotations(json);
        });
    }

    /** As {@code cntr-oci state} prints it, after the specification's {@code runtime.md}. */
    public String toJson(Status status) {
        return write(json -> {
            json.writeStringField("ociVersion", version);
            json.writeStringField("id", id);
            json.writeNumberField("pid", status == Status.STOPPED ? 0 : pid);
            json.writeStringField("status", status.toString());
            json.writeStringField("bundle", bundle);
            json.writeStringField("rootfs", rootfs);
            json.writeStringField("created", created);
            annotations(json);
        });
    }

    private void annotations(JsonGenerator json) throws IOException {
        if (!annotations.isEmpty()) {
            json.writeObjectFieldStart("annotations");
            for (Map.Entry<String, String> a : annotations.entrySet()) {
                json.writeStringField(a.getKey(), a.getValue());
            }
            json.writeEndObject();
        }
    }

    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    private static String write(Body body) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            body.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot fail", e);
        }
        return text.append('\n').toString();
    }
}
