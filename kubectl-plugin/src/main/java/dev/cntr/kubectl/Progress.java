package dev.cntr.kubectl;

import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.kubectl.cluster.Session;
import java.io.PrintStream;
import java.time.Duration;

/** What is said on standard error while the user waits: to a terminal all of it, to a file only what comes late. */
final class Progress {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** How much is said. */
    enum Detail {
        /** Nothing. */
        QUIET,
        /** What comes after a second of waiting. */
        LATE,
        /** All of it. */
        ALL
    }

    private final PrintStream to;
    private final Detail detail;
    private final long start = System.nanoTime();
    private boolean scheduled;
    private boolean ready;
    private boolean waitsForApproval;
    private boolean waitsForStart;

    Progress(PrintStream to, Detail detail) {
        this.to = to;
        this.detail = detail;
    }

    /** Says what is new about a session. */
    void saw(Session session) {
        if (!waitsForApproval && session.waitsForApproval()) {
            waitsForApproval = true;
            waiting("waiting for approval: ", session, ConditionType.APPROVED);
        }
        if (!waitsForStart && session.waitsForStart()) {
            waitsForStart = true;
            waiting("", session, ConditionType.READY);
        }
        if (!scheduled && session.status().nodeName() != null) {
            scheduled = true;
            say("session " + session + " scheduled on " + session.status().nodeName());
        }
        if (!ready && session.status().holds(ConditionType.READY)) {
            ready = true;
            say("agent ready");
        }
    }

    /** Said at once: nothing happens until somebody has been asked, or for minutes. */
    private void waiting(String title, Session session, ConditionType condition) {
        if (detail != Detail.QUIET) {
            String why = session.status()
                    .condition(condition)
                    .map(Condition::message)
                    .orElse("");
            to.println(Text.oneLine(title + why));
        }
    }

    /** Says what the user has to know to go on. */
    void hint(String line) {
        if (detail != Detail.QUIET) {
            to.println(line);
        }
    }

    void say(String line) {
        boolean late = System.nanoTime() - start > PATIENCE.toNanos();
        if (detail == Detail.ALL || detail == Detail.LATE && late) {
            to.println(Text.oneLine(line));
        }
    }
}
