package dev.cntr.api;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a session's approval has come. Empty lists are written, too: the status is merged into what is there.
 *
 * @param required how many people have to approve it, by the policy that asks for the most
 * @param missing how many more, at least
 * @param groups in one of which the next approver has to be; empty for anybody
 * @param approvers whose approval counts
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ApprovalStanding(
        @Min(0) @JsonPropertyDescription("How many people have to approve the session.")
        int required,

        @Min(0) @JsonPropertyDescription("How many more have to, at least.")
        int missing,

        @Size(max = 64)
        @JsonPropertyDescription(
                "Groups in one of which the next approver has to be; without it anybody with the right may.")
        List<@Size(min = 1, max = 253) String> groups,

        @Size(max = 8) @JsonPropertyDescription("Whose approval counts.")
        List<@Size(max = 1024) String> approvers) {
    static final int MOST_GROUPS = 64;

    /** Of a session that nobody has to approve. */
    public static final ApprovalStanding NONE = new ApprovalStanding(0, 0, null, null);

    /** Takes missing lists as empty. */
    public ApprovalStanding(
            int required, int missing, @Nullable List<String> groups, @Nullable List<String> approvers) {
        this.required = required;
        this.missing = missing;
        this.groups = groups == null ? List.of() : List.copyOf(groups);
        this.approvers = approvers == null ? List.of() : List.copyOf(approvers);
    }
}
