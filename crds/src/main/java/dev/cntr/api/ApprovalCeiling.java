package dev.cntr.api;

import dev.cntr.api.Approval.Decision;
import dev.cntr.api.DebugPolicySpec.ApprovalRule;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What {@link Ceiling} says of a session's approvals: each policy that demands some must have as many as it asks for, of its groups. */
final class ApprovalCeiling {
    private ApprovalCeiling() {}

    /** A denial counts also where nobody demands an approval. */
    static Ceiling over(DebugSession session, List<DebugPolicy> policies, boolean guarded) {
        DebugSessionSpec spec = session.getSpec();
        List<DebugPolicy> demanding = policies.stream()
                .filter(policy -> policy.getSpec().demandsApproval())
                .toList();
        if (!demanding.isEmpty() && !guarded) {
            return refused(
                    demanding.getFirst(),
                    "and cntr's admission policies, which guard approvals, are not in force (policies.enabled)");
        }
        if (!demanding.isEmpty() && spec.requester() == null) {
            return refused(
                    demanding.getFirst(),
                    "and spec.requester does not say whose session it is; set it to your own user name");
        }
        List<Approval> others = others(spec);
        Optional<Approval> denial = others.stream()
                .filter(approval -> approval.decision() == Decision.DENIED)
                .findFirst();
        if (denial.isPresent()) {
            return new Ceiling.Denied(Reason.APPROVAL_DENIED, "denied by " + said(denial.get()));
        }
        if (demanding.isEmpty()) {
            return Ceiling.Allowed.UNASKED;
        }
        List<Demand> demands =
                demanding.stream().map(policy -> Demand.of(policy, others)).toList();
        ApprovalStanding standing = standing(demands);
        return demands.stream()
                .filter(demand -> demand.missing() > 0)
                .findFirst()
                .<Ceiling>map(demand -> new Ceiling.Pending(demand.told(session, others), standing))
                .orElseGet(() -> new Ceiling.Allowed(standing));
    }

    /** What others than the requester decided, one entry a person. */
    private static List<Approval> others(DebugSessionSpec spec) {
        Set<String> seen = new HashSet<>();
        return spec.approvals().stream()
                .filter(approval -> !approval.username().equals(spec.requester()) && seen.add(approval.username()))
                .toList();
    }

    private static ApprovalStanding standing(List<Demand> demands) {
        List<Demand> unmet =
                demands.stream().filter(demand -> demand.missing() > 0).toList();
        boolean anybody =
                unmet.stream().anyMatch(demand -> demand.rule().ofGroups().isEmpty());
        return new ApprovalStanding(
                demands.stream()
                        .mapToInt(demand -> demand.rule().needed())
                        .max()
                        .orElse(0),
                unmet.stream().mapToInt(Demand::missing).max().orElse(0),
                anybody
                        ? List.of()
                        : unmet.stream()
                                .flatMap(demand -> demand.rule().ofGroups().stream())
                                .distinct()
                                .limit(ApprovalStanding.MOST_GROUPS)
                                .toList(),
                demands.stream()
                        .flatMap(demand -> demand.given().stream())
                        .map(Approval::username)
                        .distinct()
                        .toList());
    }

    private static Ceiling.Denied refused(DebugPolicy policy, String because) {
        return new Ceiling.Denied(
                Reason.POLICY_DENIED,
                "DebugPolicy %s demands approval, %s"
                        .formatted(policy.getMetadata().getName(), because));
    }

    private static String said(Approval approval) {
        @Nullable String comment = approval.comment();
        return approval.username() + (comment == null || comment.isEmpty() ? "" : ": " + comment);
    }

    /**
     * What one policy demands, and has.
     *
     * @param given the approvals that count for it
     */
    private record Demand(String policy, ApprovalRule rule, List<Approval> given) {
        static Demand of(DebugPolicy policy, List<Approval> others) {
            ApprovalRule rule = Objects.requireNonNull(policy.getSpec().approval(), "asked only of such");
            return new Demand(
                    policy.getMetadata().getName(),
                    rule,
                    others.stream().filter(rule::takes).toList());
        }

        int missing() {
            return Math.max(0, rule.needed() - given.size());
        }

        /** Whose approval is missing, for people. */
        String told(DebugSession session, List<Approval> others) {
            int needed = rule.needed();
            String who = needed == 1 ? "somebody else" : needed + " others";
            String ofGroups = rule.ofGroups().isEmpty() ? "" : " in group " + String.join(" or ", rule.ofGroups());
            String left =
                    needed == 1 ? "" : ", %d of them %s missing".formatted(missing(), missing() == 1 ? "is" : "are");
            String useless = others.stream()
                    .filter(approval -> !given.contains(approval))
                    .map(Approval::username)
                    .collect(Collectors.joining(", "));
            return "DebugPolicy %s demands approval by %s than %s%s%s%s: kubectl cntr approve %s%s"
                    .formatted(
                            policy,
                            who,
                            session.getSpec().requester(),
                            ofGroups,
                            left,
                            useless.isEmpty() ? "" : " (that of " + useless + " does not count)",
                            session.getMetadata().getName(),
                            session.ofNode()
                                    ? " --node"
                                    : " -n " + session.getMetadata().getNamespace());
        }
    }
}
