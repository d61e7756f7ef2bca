package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * What one person decided about a session. The admission policies let nobody write another's, nor change one that is there.
 *
 * @param username as the API server knows who decided
 * @param decision yes or no
 * @param comment why
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Approval(
        @Required @Size(min = 1, max = 1024) @JsonPropertyDescription("Who decided, as the API server knows them.")
        String username,

        @Required @JsonPropertyDescription("Approved or Denied.")
        Decision decision,

        @Size(max = 512) @JsonPropertyDescription("Why.") @Nullable
        String comment) {
    /** Yes or no. */
    public enum Decision {
        /** It may run. */
        @JsonProperty("Approved")
        APPROVED,
        /** It may not, or no longer. */
        @JsonProperty("Denied")
        DENIED
    }
}
