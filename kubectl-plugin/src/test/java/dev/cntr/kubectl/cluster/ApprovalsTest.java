package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.api.Approval.Decision;
import dev.cntr.api.ApprovalStanding;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.protocol.Possession;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class ApprovalsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String SESSION = "hello-x7k2p";
    private static final UserInfo BOB = new UserInfo("bob", List.of("dev", "sre"));

    private @TempDir Path directory;
    private FakeCluster server;
    private Cluster cluster;
    private Sessions sessions;

    @BeforeEach
    void start() throws IOException {
        server = new FakeCluster();
        cluster = server.client(directory);
        sessions = new Sessions(cluster);
        sessions.create(new DebugSessionSpec(
                new DebugSessionSpec.Target("hello", "app"),
                null,
                null,
                new DebugSessionSpec.Attach(List.of(Possession.generate().publicKey())),
                null,
                null));
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
        server.close();
    }

    private void waits(ApprovalStanding standing) {
        server.status(DebugSessionStatus.EMPTY
                .change()
                .observedGeneration(
                        server.session().path("metadata").path("generation").asLong(1))
                .approval(standing)
                .condition(ConditionType.READY, false, Reason.WAITING_FOR_APPROVAL, "by somebody", NOW)
                .done());
    }

    private Optional<ApprovalStanding> decide(UserInfo user, Decision decision, @Nullable String comment)
            throws InterruptedException {
        return sessions.approvals().decide(SESSION, user, decision, comment);
    }

    /** The operator, as soon as somebody has decided. */
    private void answers(ApprovalStanding standing) {
        Thread.ofVirtual().start(() -> {
            while (server.session().path("metadata").path("generation").asLong() < 2) {
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
            waits(standing);
        });
    }

    @Test
    void howManyAreStillMissingIsWhatTheOperatorSaysAfterwards() throws Exception {
        waits(new ApprovalStanding(2, 2, null, null));
        answers(new ApprovalStanding(2, 1, null, List.of("bob")));
        assertThat(decide(BOB, Decision.APPROVED, "ticket")).contains(new ApprovalStanding(2, 1, null, List.of("bob")));
        assertThat(server.session().path("spec").path("approvals").toString())
                .isEqualTo("[{\"username\":\"bob\",\"decision\":\"Approved\",\"comment\":\"ticket\"}]");
    }

    /** Who waited for the approval may have used the session, and deleted it, before anybody looks. */
    @Test
    void aSessionThatIsGoneOnceItIsApprovedWasApproved() throws Exception {
        waits(new ApprovalStanding(1, 1, null, null));
        Thread.ofVirtual().start(() -> {
            while (server.session().path("metadata").path("generation").asLong() < 2) {
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
            server.refuse("GET " + FakeCluster.SESSIONS + "/" + SESSION, 404, "NotFound", "debugsessions", "gone");
        });
        assertThat(decide(BOB, Decision.APPROVED, null)).isEmpty();
    }

    @Test
    void nothingIsAwaitedOfADenial() throws Exception {
        waits(new ApprovalStanding(1, 1, null, null));
        assertThat(decide(BOB, Decision.DENIED, "not now")).isEmpty();
    }

    @Test
    void ofTheApproversGroupsThoseAreNamedThatAreAskedFor() throws Exception {
        waits(new ApprovalStanding(1, 1, List.of("oncall", "sre"), null));
        answers(new ApprovalStanding(1, 0, null, List.of("bob")));
        decide(BOB, Decision.APPROVED, null);
        assertThat(server.session().path("spec").path("approvals").toString())
                .isEqualTo("[{\"username\":\"bob\",\"decision\":\"Approved\",\"groups\":[\"sre\"]}]");
    }

    @Test
    void nobodyDecidesTwice() throws Exception {
        waits(new ApprovalStanding(2, 2, null, null));
        answers(new ApprovalStanding(2, 1, null, List.of("bob")));
        decide(BOB, Decision.APPROVED, null);
        assertThatThrownBy(() -> decide(BOB, Decision.DENIED, "no")).isInstanceOfSatisfying(CntrException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.getMessage()).contains("bob has decided about session hello-x7k2p before (Approved)");
        });
    }

    @Test
    void nobodyApprovesBeforeItIsKnownWhoseApprovalIsNeeded() {
        refused(ExitCode.NOT_INSTALLED, "no operator has looked at the session hello-x7k2p");
        assertThat(server.session().path("spec").path("approvals")).isEmpty();
    }

    @Test
    void whyAnApprovalIsRefusedIsSaid() {
        waits(new ApprovalStanding(1, 1, null, null));
        String patch = "PATCH " + FakeCluster.SESSIONS + "/" + SESSION;
        server.refuse(patch, 422, "Invalid", "debugsessions", "somebody else must approve");
        refused(ExitCode.USAGE, "somebody else must approve");
        server.refuse(patch, 403, "Forbidden", "debugsessions", "jane lacks the right");
        refused(
                ExitCode.FORBIDDEN,
                "kubectl auth can-i approve debugsessions.cntr.dev -n default",
                "jane lacks the right");
        server.refuse(patch, 409, "Conflict", "debugsessions", "changed");
        refused(ExitCode.INTERNAL, "try again");
    }

    private void refused(ExitCode code, String... parts) {
        assertThatThrownBy(() -> decide(BOB, Decision.APPROVED, null))
                .isInstanceOfSatisfying(CntrException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(code);
                    assertThat(e.getMessage()).contains(parts);
                });
    }
}
