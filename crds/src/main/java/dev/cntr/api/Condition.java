package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One observed aspect of a session, with the fields of {@code metav1.Condition}.
 *
 * @param type what is observed, see {@link ConditionType}
 * @param status {@code True}, {@code False} or {@code Unknown}
 * @param observedGeneration the generation of the spec that was looked at
 * @param lastTransitionTime when {@code status} last changed, whole seconds
 * @param reason a CamelCase word for programs, see {@link Reason}
 * @param message a sentence for people, may be empty
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Condition(
        @Required @Size(min = 1, max = 316) @JsonPropertyDescription("What is observed, for example Ready.")
        String type,

        @Required @Pattern("^(True|False|Unknown)$") @JsonPropertyDescription("True, False or Unknown.")
        String status,

        @Min(0) @JsonPropertyDescription("The generation of the spec that was looked at.") @Nullable
        Long observedGeneration,

        @Required @JsonFormat(shape = JsonFormat.Shape.STRING) @JsonPropertyDescription("When the status last changed.")
        Instant lastTransitionTime,

        @Required
        @Size(min = 1, max = 128)
        @Pattern("^[A-Za-z]([A-Za-z0-9]*)$")
        @JsonPropertyDescription("Why, as one CamelCase word.")
        String reason,

        @Required @Size(max = MAX_MESSAGE) @JsonPropertyDescription("Why, as a sentence.")
        String message) {

    /** Longest message that the API server takes. */
    public static final int MAX_MESSAGE = 2048;

    /** Whether the status is {@code True}. */
    public boolean holds() {
        return status.equals("True");
    }

    /** Whether this is the condition of that type. */
    public boolean is(ConditionType wanted) {
        return type.equals(wanted.text());
    }
}
