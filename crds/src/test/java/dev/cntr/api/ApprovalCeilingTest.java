package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.Approval.Decision;
import dev.cntr.api.DebugPolicySpec.ApprovalRule;
import dev.cntr.api.DebugSessionSpec.Attach;
import dev.cntr.api.DebugSessionSpec.Target;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A session of jane's in namespace shop, below policies called p0, p1 and so on. */
class ApprovalCeilingTest {
    private static final ApprovalRule ONE = new ApprovalRule(true);
    private static final ApprovalRule TWO = new ApprovalRule(true, 2, null);
    private static final ApprovalRule SRE = new ApprovalRule(true, null, List.of("sre", "oncall"));
    private static final ApprovalRule SECURITY = new ApprovalRule(true, 1, List.of("security"));

    private static final Approval BOB = yes("bob");
    private static final Approval CAROL = yes("carol", "sre");
    private static final Approval DORA = yes("dora", "security", "sre");
    private static final Approval NO = new Approval("eve", Decision.DENIED, "too late");

    @Test
    void aSessionWaitsForApprovalByAnother() {
        assertThat(over(List.of(ONE)))
                .isEqualTo(new Ceiling.Pending(
                        "DebugPolicy p0 demands approval by somebody else than jane: kubectl cntr approve web-1 -n shop",
                        new ApprovalStanding(1, 1, null, null)));
        assertThat(over(List.of(ONE), yes("jane"))).as("by itself").isInstanceOf(Ceiling.Pending.class);
        assertThat(over(List.of(ONE), BOB)).isEqualTo(allowed(1, "bob"));
        assertThat(over(List.of(ONE), BOB, NO))
                .isEqualTo(new Ceiling.Denied(Reason.APPROVAL_DENIED, "denied by eve: too late"));
        assertThat(over(List.of(new ApprovalRule(false)))).isEqualTo(Ceiling.Allowed.UNASKED);
    }

    @Test
    void anApprovalIsWorthNothingWhereNobodyGuardsItOrTheRequesterIsNotKnown() {
        assertThat(message(over("jane", false, List.of(ONE), BOB))).contains("policies.enabled");
        assertThat(message(over(null, true, List.of(ONE), BOB))).contains("spec.requester");
    }

    @Test
    void twoApproversAreTwoPeopleAndNeitherTheRequester() {
        assertThat(over(List.of(TWO), BOB))
                .isEqualTo(new Ceiling.Pending(
                        "DebugPolicy p0 demands approval by 2 others than jane, 1 of them is missing: kubectl cntr approve web-1 -n shop",
                        new ApprovalStanding(2, 1, null, List.of("bob"))));
        assertThat(over(List.of(TWO), BOB, BOB)).as("the same one twice").isInstanceOf(Ceiling.Pending.class);
        assertThat(over(List.of(TWO), BOB, yes("bob", "sre"))).isInstanceOf(Ceiling.Pending.class);
        assertThat(over(List.of(TWO), BOB, yes("jane"))).isInstanceOf(Ceiling.Pending.class);
        assertThat(over(List.of(TWO), BOB, CAROL)).isEqualTo(allowed(2, "bob", "carol"));
        assertThat(message(over(List.of(TWO)))).contains("2 of them are missing");
    }

    @Test
    void anApproverIsOfOneOfThePolicysGroups() {
        assertThat(over(List.of(SRE), BOB))
                .isEqualTo(new Ceiling.Pending(
                        "DebugPolicy p0 demands approval by somebody else than jane in group sre or oncall (that of bob does not count):"
                                + " kubectl cntr approve web-1 -n shop",
                        new ApprovalStanding(1, 1, List.of("sre", "oncall"), null)));
        assertThat(over(List.of(SRE), yes("bob", "dev"))).isInstanceOf(Ceiling.Pending.class);
        assertThat(over(List.of(SRE), BOB, CAROL)).isEqualTo(allowed(1, "carol"));
    }

    @Test
    void eachPolicyHasToHaveItsOwnAndOnePersonMayCountForSeveral() {
        assertThat(over(List.of(SRE, SECURITY), CAROL))
                .isEqualTo(new Ceiling.Pending(
                        "DebugPolicy p1 demands approval by somebody else than jane in group security (that of carol does not count):"
                                + " kubectl cntr approve web-1 -n shop",
                        new ApprovalStanding(1, 1, List.of("security"), List.of("carol"))));
        assertThat(over(List.of(SRE, SECURITY), DORA)).isEqualTo(allowed(1, "dora"));
        assertThat(over(List.of(SRE, TWO), CAROL, BOB)).isEqualTo(allowed(2, "carol", "bob"));
        assertThat(over(List.of(SRE, TWO), BOB))
                .as("anybody may come next: the other policy takes them")
                .isInstanceOfSatisfying(
                        Ceiling.Pending.class,
                        pending -> assertThat(pending.approval().groups()).isEmpty());
    }

    @Test
    void theGroupsThatCountAreWrittenAndReadAgain() {
        ApprovalRule old = Serialization.unmarshal("{\"required\": true}", ApprovalRule.class);
        assertThat(old).isEqualTo(ONE);
        assertThat(Serialization.asJson(BOB)).isEqualTo("{\"username\":\"bob\",\"decision\":\"Approved\"}");
        assertThat(Serialization.unmarshal(Serialization.asJson(DORA), Approval.class))
                .isEqualTo(DORA);
    }

    private static Approval yes(String name, String... groups) {
        return new Approval(name, Decision.APPROVED, null, List.of(groups));
    }

    private static Ceiling allowed(int required, String... approvers) {
        return new Ceiling.Allowed(new ApprovalStanding(required, 0, null, List.of(approvers)));
    }

    private static String message(Ceiling ceiling) {
        return switch (ceiling) {
            case Ceiling.Denied(Reason _, String message) -> message;
            case Ceiling.Pending(String message, ApprovalStanding _) -> message;
            case Ceiling.Allowed _ -> "";
        };
    }

    private static Ceiling over(List<ApprovalRule> rules, Approval... approvals) {
        return over("jane", true, rules, approvals);
    }

    private static Ceiling over(
            @Nullable String requester, boolean guarded, List<ApprovalRule> rules, Approval... approvals) {
        List<DebugPolicy> policies = new ArrayList<>();
        for (ApprovalRule rule : rules) {
            DebugPolicy policy = new DebugPolicy();
            policy.setMetadata(
                    new ObjectMetaBuilder().withName("p" + policies.size()).build());
            policy.setSpec(new DebugPolicySpec(new Selector(null, null), null, null, rule));
            policies.add(policy);
        }
        DebugSession session = new DebugSession();
        session.setMetadata(
                new ObjectMetaBuilder().withNamespace("shop").withName("web-1").build());
        session.setSpec(new DebugSessionSpec(
                new Target("web", null),
                null,
                null,
                new Attach(List.of("ed25519:key")),
                "30m",
                null,
                null,
                null,
                requester,
                List.of(approvals)));
        return Ceiling.over(session, Map.of(), policies, guarded);
    }
}
