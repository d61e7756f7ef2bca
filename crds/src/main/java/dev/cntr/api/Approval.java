package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one person decided about a session. The admission policies let nobody write another's, nor change one that is there.
 *
 * @param username as the API server knows who decided
 * @param decision yes or no
 * @param comment why
 * @param groups in which of the groups that were asked for the person is; the API server vouches for these, too; null for none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Approval(
        @Required @Size(min = 1, max = 1024) @JsonPropertyDescription("Who decided, as the API server knows them.")
        String username,

        @Required @JsonPropertyDescription("Approved or Denied.")
        Decision decision,

        @Size(max = 512) @JsonPropertyDescription("Why.") @Nullable
        String comment,

        @Size(max = 8)
        @JsonPropertyDescription(
                "Groups that who decided is in, of those that a DebugPolicy asks for; see status.approval.groups.")
        @Nullable
        List<@Size(min = 1, max = 253) String> groups) {
    /** Most groups that one may name. */
    public static final int MOST_GROUPS = 8;

    /** Takes no groups as missing. */
    public Approval(String username, Decision decision, @Nullable String comment, @Nullable List<String> groups) {
        this.username = username;
        this.decision = decision;
        this.comment = comment;
        this.groups = groups == null || groups.isEmpty() ? null : List.copyOf(groups);
    }

    /** One that says nothing of groups. */
    public Approval(String username, Decision decision, @Nullable String comment) {
        this(username, decision, comment, null);
    }

    /** The groups that it names; none where it names none. */
    public List<String> namedGroups() {
        return groups == null ? List.of() : groups;
    }

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
