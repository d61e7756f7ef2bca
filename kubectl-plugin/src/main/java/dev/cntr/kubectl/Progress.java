package dev.cntr.kubectl;

import dev.cntr.api.ApprovalStanding;
import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.kubectl.cluster.Session;
import java.io.PrintStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is said on standard error while the user waits: to a terminal all of it, to a file only what comes late. */
final class Progress implements AutoCloseable {
    private static final Duration LATE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** How much is said. */
    enum Detail {
        /** Nothing. */
        QUIET,
        /** What comes after a second of waiting. */
        LATE,
        /** All of it. */
        ALL,
        /** All of it, to a terminal: what is waited for shows there, and is erased afterwards. */
        LIVE
    }

    private final Detail detail;
    private final @Nullable String image;
    private final WaitingLine line;
    private final long start = System.nanoTime();
    private boolean scheduled;
    private boolean ready;
    private String waitsForApproval = "";
    private String waitsLonger = "";

    /** @param image which image becomes the session's root; null for none */
    Progress(PrintStream to, Detail detail, @Nullable String image) {
        this.detail = detail;
        this.image = image;
        this.line = new WaitingLine(to, PATIENCE);
    }

    /** Says what is new about a session. */
    void saw(Session session) {
        String approval = session.waitsForApproval() ? message(session, ConditionType.APPROVED) : waitsForApproval;
        if (!approval.equals(waitsForApproval)) {
            waitsForApproval = approval;
            hint(Text.oneLine("waiting for approval: " + approval));
        }
        String longer =
                session.waitsForStart() || session.pullsImage() ? message(session, ConditionType.READY) : waitsLonger;
        if (!longer.equals(waitsLonger)) {
            waitsLonger = longer;
            hint(Text.oneLine(longer));
        }
        if (!scheduled && session.status().nodeName() != null) {
            scheduled = true;
            say("session " + session + " scheduled on " + session.status().nodeName());
        }
        if (!ready && session.status().holds(ConditionType.READY)) {
            ready = true;
            say("agent ready");
        }
        if (detail == Detail.LIVE) {
            line.says(waitsFor(session, image));
        }
    }

    /** What a session waits for, for people. */
    static String waitsFor(Session session, @Nullable String image) {
        DebugSessionStatus status = session.status();
        if (status.holds(ConditionType.READY)) {
            return "waiting for the agent's answer";
        }
        if (session.waitsForApproval()) {
            ApprovalStanding approval = status.approval();
            return approval == null || approval.required() < 2
                    ? "waiting for approval"
                    : "waiting for %d of %d approvals".formatted(approval.missing(), approval.required());
        }
        if (session.waitsForStart()) {
            return "waiting for the container's next start";
        }
        if (session.pullsImage()) {
            return "waiting: " + message(session, ConditionType.READY);
        }
        if (status.nodeName() != null) {
            return "waiting for node %s to prepare the session%s"
                    .formatted(
                            status.nodeName(),
                            image == null ? "" : "; it pulls image " + image + " where it does not have it");
        }
        String said = message(session, ConditionType.READY);
        return said.isEmpty() ? "waiting for cntr's operator" : "waiting: " + said;
    }

    private static String message(Session session, ConditionType condition) {
        return session.status().condition(condition).map(Condition::message).orElse("");
    }

    /** Says at once, also to a file, what the user has to know to go on: nothing happens until somebody has been asked, or for minutes. */
    void hint(String text) {
        if (detail != Detail.QUIET) {
            line.print(text);
        }
    }

    void say(String text) {
        boolean late = System.nanoTime() - start > LATE.toNanos();
        if (detail == Detail.ALL || detail == Detail.LIVE || detail == Detail.LATE && late) {
            line.print(Text.oneLine(text));
        }
    }

    /** The wait is over, well or not. */
    @Override
    public void close() {
        line.close();
    }
}
