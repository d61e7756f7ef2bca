package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which labels an object must have, with the meaning of {@code metav1.LabelSelector}: all of it must hold, and an empty one holds for everything.
 *
 * @param matchLabels labels with their values
 * @param matchExpressions requirements of a label
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Selector(
        @Size(max = 16) @JsonPropertyDescription("Labels with their values.")
        Map<String, @Size(max = 63) String> matchLabels,

        @Size(max = 16) @JsonPropertyDescription("Requirements of a label.")
        List<Requirement> matchExpressions) {

    /** Takes what is missing as empty. */
    public Selector(@Nullable Map<String, String> matchLabels, @Nullable List<Requirement> matchExpressions) {
        this.matchLabels = matchLabels == null ? Map.of() : Map.copyOf(matchLabels);
        this.matchExpressions = matchExpressions == null ? List.of() : List.copyOf(matchExpressions);
    }

    /** Whether an object with these labels is selected. */
    public boolean matches(Map<String, String> labels) {
        return matchLabels.entrySet().stream()
                        .allMatch(label -> label.getValue().equals(labels.get(label.getKey())))
                && matchExpressions.stream().allMatch(requirement -> requirement.holds(labels.get(requirement.key())));
    }

    /**
     * A requirement of one label.
     *
     * @param key the label
     * @param operator how it is compared
     * @param values with what; none for Exists and DoesNotExist
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @JsonIgnoreProperties(ignoreUnknown = true)
    @ValidationRule(
            value = "(self.operator in ['In', 'NotIn']) == (has(self.values) && self.values.size() > 0)",
            message = "In and NotIn need values, Exists and DoesNotExist take none",
            fieldPath = ".values")
    public record Requirement(
            @Required
            @Size(min = 1, max = 317)
            @Pattern("^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")
            @JsonPropertyDescription("The label.")
            String key,

            @Required @JsonPropertyDescription("How it is compared.")
            Operator operator,

            @Size(max = 32) @JsonPropertyDescription("With what.")
            List<@Size(max = 63) @Pattern(VALUE) String> values) {

        /** Takes missing values as none. */
        public Requirement(String key, Operator operator, @Nullable List<String> values) {
            this.key = key;
            this.operator = operator;
            this.values = values == null ? List.of() : List.copyOf(values);
        }

        boolean holds(@Nullable String value) {
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case DOES_NOT_EXIST -> value == null;
            };
        }
    }

    /** How a label is compared. */
    public enum Operator {
        /** Its value is one of those given. */
        @JsonProperty("In")
        IN,
        /** It is missing or its value is none of those given. */
        @JsonProperty("NotIn")
        NOT_IN,
        /** It is there. */
        @JsonProperty("Exists")
        EXISTS,
        /** It is missing. */
        @JsonProperty("DoesNotExist")
        DOES_NOT_EXIST
    }

    static final String VALUE = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";
}
