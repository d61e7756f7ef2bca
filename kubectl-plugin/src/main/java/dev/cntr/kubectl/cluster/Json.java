package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Locale;

/**
 * The custom resource's JSON, as the annotations of {@code dev.cntr.api} define it, but without looking at them: for each
 * annotation type the JDK generates a class, which together takes longer than all that is sent.
 */
final class Json {
    private Json() {}

    static JsonMapper mapper() {
        return JsonMapper.builder()
                .disable(MapperFeature.USE_ANNOTATIONS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .serializationInclusion(JsonInclude.Include.NON_NULL)
                .addModule(new JavaTimeModule())
                .addModule(new SimpleModule().addSerializer(new Word()))
                .build();
    }

    /** Kubernetes writes {@code Agent} for {@code AGENT}. */
    @SuppressWarnings({"rawtypes", "serial"}) // a serializer of all enums is one of the raw type
    private static final class Word extends StdSerializer<Enum> {
        Word() {
            super(Enum.class);
        }

        @Override
        public void serialize(Enum value, JsonGenerator to, SerializerProvider provider) throws IOException {
            to.writeString(value.name().charAt(0) + value.name().substring(1).toLowerCase(Locale.ROOT));
        }
    }
}
