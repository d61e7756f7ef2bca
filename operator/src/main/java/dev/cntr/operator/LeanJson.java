package dev.cntr.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How the operator reads objects: without their managed fields, most of an object's text and of no use here, and with one copy of a text that comes again and
 * again, as what conditions say. A watch tells of thousands of sessions faster than anybody looks at them; all those that wait are in memory.
 */
final class LeanJson {
    private LeanJson() {}

    static KubernetesSerialization serialization() {
        ObjectMapper mapper = new ObjectMapper()
                .addMixIn(ObjectMeta.class, WithoutManagedFields.class)
                .registerModule(new SimpleModule("cntr").addDeserializer(String.class, new OneCopy()));
        return new KubernetesSerialization(mapper, true);
    }

    @JsonIgnoreProperties("managedFields")
    private interface WithoutManagedFields {}

    /** Remembers, for each of a number of hash codes, the last text that had it; threads may forget what another remembers. */
    private static final class OneCopy extends StringDeserializer {
        private static final long serialVersionUID = 1L;
        private static final int SLOTS = 4096;
        private static final int LONGEST = 256;

        private final @Nullable String[] known = new String[SLOTS];

        @Override
        public @Nullable String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = super.deserialize(parser, context);
            if (text == null || text.length() > LONGEST) {
                return text;
            }
            int slot = (text.hashCode() ^ text.hashCode() >>> 16) & SLOTS - 1;
            String before = known[slot];
            if (text.equals(before)) {
                return before;
            }
            known[slot] = text;
            return text;
        }
    }
}
