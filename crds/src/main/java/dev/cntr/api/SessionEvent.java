package dev.cntr.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something that happened to a session, as it is told in an Event.
 *
 * @param warning whether it is a failure
 * @param reason WaitingForApproval, Approved, Scheduled, Created, Attached, RecordingKept, RecordingWaits, RecordingIncomplete, Completed or Failed
 * @param message why and what, as the session's condition says it
 * @param concernsPod whether the pod's owner is to be told as well: somebody was let in, or the end of it
 */
public record SessionEvent(boolean warning, String reason, String message, boolean concernsPod) {
    /** What a write of the status has brought about, in the order in which it happens to a session. */
    public static List<SessionEvent> between(DebugSessionStatus before, DebugSessionStatus after) {
        List<SessionEvent> events = new ArrayList<>();
        if (waitsForApproval(after) && !waitsForApproval(before)) {
            String message =
                    after.condition(ConditionType.APPROVED).orElseThrow().message();
            events.add(new SessionEvent(false, Reason.WAITING_FOR_APPROVAL.text(), message, false));
        }
        for (ConditionType type : ConditionType.values()) {
            if (type == ConditionType.RECORDED) {
                recorded(before, after).ifPresent(events::add);
            } else if (after.holds(type) && !before.holds(type)) {
                Condition condition = after.condition(type).orElseThrow();
                switch (type) {
                    case APPROVED -> events.add(new SessionEvent(false, "Approved", condition.message(), false));
                    case SCHEDULED -> events.add(new SessionEvent(false, "Scheduled", condition.message(), false));
                    case READY -> events.add(new SessionEvent(false, "Created", condition.message(), false));
                    case ATTACHED -> events.add(new SessionEvent(false, "Attached", condition.message(), true));
                    case COMPLETED -> events.add(new SessionEvent(false, "Completed", explained(condition), true));
                    case STALLED -> events.add(new SessionEvent(true, "Failed", explained(condition), true));
                    case RECONCILING,
                            RECORDED -> {} // the one tells nothing that the others do not, the other is told above
                }
            }
        }
        return events;
    }

    /** Of a recording its failure is told as well. */
    private static Optional<SessionEvent> recorded(DebugSessionStatus before, DebugSessionStatus after) {
        Optional<Condition> now = after.condition(ConditionType.RECORDED);
        Optional<String> then = before.condition(ConditionType.RECORDED).map(Condition::status);
        return now.filter(condition -> !Optional.of(condition.status()).equals(then))
                .map(condition -> new SessionEvent(
                        !after.holds(ConditionType.RECORDED), condition.reason(), condition.message(), false));
    }

    private static boolean waitsForApproval(DebugSessionStatus status) {
        return status.condition(ConditionType.APPROVED)
                .filter(condition -> condition.reason().equals(Reason.WAITING_FOR_APPROVAL.text()))
                .isPresent();
    }

    private static String explained(Condition condition) {
        return condition.reason() + ": " + condition.message();
    }
}
