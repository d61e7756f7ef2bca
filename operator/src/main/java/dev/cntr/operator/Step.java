package dev.cntr.operator;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import java.time.Duration;
import java.util.List;

/** The one next thing to do for a session. */
sealed interface Step {
    /** Read the target pod, then ask {@link Placement}. */
    record Place() implements Step {}

    /** Make these sessions, of which some may be there already. */
    record Make(List<DebugSession> sessions) implements Step {}

    /** Read the target pod to tell why the agent has not prepared the session in time, and give it up. */
    record GiveUpPreparation() implements Step {}

    /** Write this status, then look again. */
    record Write(DebugSessionStatus status) implements Step {}

    /** Write this status, then wait: looking again at once would show the same. */
    record WriteAndWait(DebugSessionStatus status, Duration duration) implements Step {}

    /** Ask for the object to be kept until its node is clean. */
    record AddFinalizer() implements Step {}

    /** Let the object go. */
    record RemoveFinalizer() implements Step {}

    /** Delete the object. */
    record Delete() implements Step {}

    /** Nothing to do before this time has passed, unless something changes. */
    record Wait(Duration duration) implements Step {}

    /** Nothing to do any more. */
    record Done() implements Step {}
}
