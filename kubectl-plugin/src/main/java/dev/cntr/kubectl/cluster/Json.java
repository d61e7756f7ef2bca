package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.cntr.api.Names;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

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
                .serializationInclusion(JsonInclude.Include.NON_NULL)
                .addModule(new JavaTimeModule())
                .addModule(new SimpleModule().addSerializer(new Word()).setDeserializerModifier(new Words()))
                .build();
    }

    /** Kubernetes writes {@code BestEffort} for {@code BEST_EFFORT}. */
    @SuppressWarnings({"rawtypes", "serial"}) // a serializer of all enums is one of the raw type
    private static final class Word extends StdSerializer<Enum> {
        Word() {
            super(Enum.class);
        }

        @Override
        public void serialize(Enum value, JsonGenerator to, SerializerProvider provider) throws IOException {
            to.writeString(Names.word((Enum<?>) value));
        }
    }

    /** Reads all enums as {@link Word} writes them. */
    private static final class Words extends BeanDeserializerModifier {
        private static final long serialVersionUID = 1L;

        @Override
        public JsonDeserializer<?> modifyEnumDeserializer(
                DeserializationConfig config, JavaType type, BeanDescription bean, JsonDeserializer<?> otherwise) {
            Map<String, Object> byWord = new HashMap<>();
            for (Object constant : type.getRawClass().getEnumConstants()) {
                byWord.put(Names.word((Enum<?>) constant), constant);
            }
            return new JsonDeserializer<Object>() {
                @Override
                public Object deserialize(JsonParser from, DeserializationContext context) throws IOException {
                    String word = from.getText();
                    Object constant = byWord.get(word);
                    return constant != null
                            ? constant
                            : context.handleWeirdStringValue(type.getRawClass(), word, "one of %s", byWord.keySet());
                }
            };
        }
    }
}
