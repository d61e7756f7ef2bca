package dev.cntr.api;

import dev.cntr.api.DebugSessionSpec.DebugProcess.Profile;
import dev.cntr.api.DebugSessionSpec.Recording;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether a session may be, by all {@link DebugPolicy policies} of its namespace: each of them must allow it. Pure; asked by the operator
 * before a session gets a node and as long as it lives, and again by the node's agent before anything is entered.
 */
public sealed interface Ceiling {
    /**
     * It may be.
     *
     * @param approval who approved it, where a policy demands that
     */
    record Allowed(ApprovalStanding approval) implements Ceiling {
        /** Nobody has to approve it. */
        public static final Allowed UNASKED = new Allowed(ApprovalStanding.NONE);
    }

    /**
     * It may be as soon as somebody approves.
     *
     * @param message whose approval is missing, and how it is given
     */
    record Pending(String message, ApprovalStanding approval) implements Ceiling {}

    /**
     * It may not.
     *
     * @param reason {@link Reason#POLICY_DENIED} or {@link Reason#APPROVAL_DENIED}
     * @param message which policy or person says so, and what is allowed
     */
    record Denied(Reason reason, String message) implements Ceiling {}

    /**
     * Decides.
     *
     * @param labels those of the session's namespace, or of its node where it is a node's
     * @param policies all there are
     * @param approvalsAreGuarded whether the API server vouches for requester and approvers of a session; without that none can be approved
     */
    static Ceiling over(
            DebugSession session,
            Map<String, String> labels,
            Collection<DebugPolicy> policies,
            boolean approvalsAreGuarded) {
        List<DebugPolicy> here = policies.stream()
                .filter(policy -> policy.getSpec().selects(session, labels))
                .sorted(Comparator.comparing(policy -> policy.getMetadata().getName()))
                .toList();
        return here.stream()
                .flatMap(policy -> objection(session, policy).stream())
                .findFirst()
                .or(() -> unnamedProfile(session, here))
                .or(() -> ToolsCeiling.unnamed(session, here))
                .<Ceiling>map(message -> new Denied(Reason.POLICY_DENIED, message))
                .orElseGet(() -> ApprovalCeiling.over(session, here, approvalsAreGuarded));
    }

    private static Optional<String> objection(DebugSession session, DebugPolicy policy) {
        return denied(session, policy)
                .or(() -> tooLong(session, policy))
                .or(() -> profile(session, policy))
                .or(() -> unrecorded(session, policy))
                .or(() -> ToolsCeiling.objection(session, policy))
                .or(() -> ResourcesCeiling.objection(session, policy));
    }

    private static Optional<String> denied(DebugSession session, DebugPolicy policy) {
        return policy.getSpec().denies()
                ? Optional.of("DebugPolicy %s allows no sessions %s"
                        .formatted(policy.getMetadata().getName(), session.where()))
                : Optional.empty();
    }

    private static Optional<String> profile(DebugSession session, DebugPolicy policy) {
        List<Profile> allowed = policy.getSpec().profiles();
        Profile profile = session.getSpec().process().profile();
        return profile == Profile.TARGET || allowed == null || allowed.contains(profile)
                ? Optional.empty()
                : Optional.of("DebugPolicy %s does not allow profile %s %s"
                        .formatted(policy.getMetadata().getName(), profile.text(), session.where()));
    }

    /** What goes beyond the target's own rights is for nobody unless a policy says so: the right to debug a pod is no right over its node. */
    private static Optional<String> unnamedProfile(DebugSession session, List<DebugPolicy> policies) {
        Profile profile = session.getSpec().process().profile();
        return profile == Profile.TARGET
                        || policies.stream().anyMatch(policy -> policy.getSpec().profiles() != null)
                ? Optional.empty()
                : Optional.of("no DebugPolicy allows profile %s %s".formatted(profile.text(), session.where()));
    }

    private static Optional<String> tooLong(DebugSession session, DebugPolicy policy) {
        String most = policy.getSpec().maxTtl();
        String ttl = session.getSpec().ttl();
        return most == null || TimeToLive.parse(ttl).compareTo(TimeToLive.parse(most)) <= 0
                ? Optional.empty()
                : Optional.of("DebugPolicy %s allows sessions of %s at most %s, and this one has spec.ttl %s"
                        .formatted(policy.getMetadata().getName(), most, session.where(), ttl));
    }

    private static Optional<String> unrecorded(DebugSession session, DebugPolicy policy) {
        Recording least = policy.getSpec().recording();
        Recording asked = session.getSpec().recording();
        return least == null || asked.compareTo(least) >= 0
                ? Optional.empty()
                : Optional.of(
                        "DebugPolicy %s demands spec.recording %s %s, and this session has %s: kubectl cntr attach --recording=%2$s"
                                .formatted(
                                        policy.getMetadata().getName(),
                                        Names.word(least),
                                        session.where(),
                                        Names.word(asked)));
    }
}
