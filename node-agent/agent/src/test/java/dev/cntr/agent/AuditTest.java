package dev.cntr.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.Approval;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionSpec.Attach;
import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.NodeDebugSession;
import dev.cntr.api.NodeDebugSessionSpec;
import dev.cntr.protocol.ErrorCode;
import dev.cntr.protocol.Outcome;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static final Instant NOW = Instant.parse("2026-05-04T03:00:00Z");

    @Test
    void aLineTellsWhoWasWhereFromWhenToWhenAndHowMuchPassed() {
        Traffic traffic = new Traffic();
        traffic.passed(traffic.in(), 3);
        traffic.passed(traffic.out(), 5);
        assertThat(Audit.json(Audit.left(visit("jane"), new Outcome.Exited(7), traffic, NOW.plusMillis(1500))))
                .isEqualTo("{\"audit\":\"left\",\"user\":\"jane\",\"namespace\":\"shop\",\"session\":\"web-1\","
                        + "\"sessionUID\":\"session-uid\",\"pod\":\"web\",\"podUID\":\"pod-uid\",\"container\":\"app\","
                        + "\"containerID\":\"containerd://1\",\"node\":\"n1\",\"since\":\"2026-05-04T03:00:00Z\","
                        + "\"until\":\"2026-05-04T03:00:01.500Z\",\"seconds\":1.5,\"outcome\":\"Exited\",\"exitCode\":7,"
                        + "\"stdinBytes\":3,\"stdoutBytes\":5,\"stderrBytes\":0}");
    }

    @Test
    void theEndThatWasNotTheCommandsIsNamed() {
        assertThat(Audit.left(visit("jane"), new Outcome.Ended(ErrorCode.EXPIRED), new Traffic(), NOW))
                .containsEntry("outcome", "Ended")
                .containsEntry("reason", ErrorCode.EXPIRED)
                .doesNotContainKey("exitCode");
    }

    @Test
    void noNameForgesALineOrReachesATerminal() {
        String line = Audit.json(Audit.attached(visit("jane\n{\"audit\":\"attached\"}\u001b]0;x\u0007\u202e")));
        assertThat(line)
                .contains("\"jane\\n{\\\"audit\\\":\\\"attached\\\"}\\u001B]0;x\\u0007\\u202E\"")
                .matches("[\\x20-\\x7e]+");
        assertThat(Audit.printable("Jürgen\n\u001b\u202e O'Neil")).isEqualTo("Jürgen??? O'Neil");
        assertThat(Audit.printable("u".repeat(1000))).hasSize(515);
    }

    @Test
    void whoApprovedIsNamedToo() {
        Audit.Visit visit = visit("jane");
        assertThat(Audit.attached(visit)).doesNotContainKey("approvedBy");
        DebugSessionSpec spec = visit.session().getSpec();
        visit.session()
                .setSpec(new DebugSessionSpec(
                        spec.target(),
                        null,
                        null,
                        spec.attach(),
                        "1h",
                        null,
                        null,
                        null,
                        "jane",
                        List.of(
                                new Approval("bob", Approval.Decision.APPROVED, null),
                                new Approval("carol", Approval.Decision.APPROVED, "ticket", List.of("sre")))));
        assertThat(Audit.attached(visit)).containsEntry("approvedBy", List.of("bob", "carol"));
    }

    @Test
    void aSessionOnANodeHasNeitherNamespaceNorPod() {
        NodeDebugSession session = new NodeDebugSession();
        session.setMetadata(
                new ObjectMetaBuilder().withName("n1-x").withUid("session-uid").build());
        session.setSpec(new NodeDebugSessionSpec(
                "n1", null, null, new Attach(List.of("ed25519:key")), "1h", null, null, null, null, null));
        session.setStatus(DebugSessionStatus.EMPTY.change().nodeName("n1").done());
        assertThat(Audit.attached(new Audit.Visit(session.asSession(), "jane", false, NOW)))
                .containsEntry("session", "n1-x")
                .containsEntry("node", "n1")
                .doesNotContainKeys("namespace", "pod", "podUID", "container", "containerID");
        assertThat(SessionKey.of(session.asSession())).hasToString("n1-x");
    }

    private static Audit.Visit visit(String user) {
        DebugSession session = new DebugSession();
        session.setMetadata(new ObjectMetaBuilder()
                .withNamespace("shop")
                .withName("web-1")
                .withUid("session-uid")
                .build());
        session.setSpec(new DebugSessionSpec(
                new Target("web", "app"), null, null, new Attach(List.of("ed25519:key")), "1h", 300));
        session.setStatus(DebugSessionStatus.EMPTY
                .change()
                .nodeName("n1")
                .podUID("pod-uid")
                .container("app", "containerd://1")
                .done());
        return new Audit.Visit(session, user, false, NOW);
    }
}
