package dev.cntr.agent;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** How a debug container is made. */
interface Preparation {
    /** Finds what the session is about. */
    FoundTarget find(DebugSession session, DebugSessionStatus placed);

    /** Finds it as it starts the next time; empty where the session is over before. Tells when the wait has begun. */
    Optional<FoundTarget> awaitStart(
            DebugSession session, DebugSessionStatus placed, Runnable begun, BooleanSupplier over);

    /** Lets go on what a session of an earlier agent has stopped. */
    void release(DebugSession session);

    /** Makes the debug container, parked before its command. Tells when an image has to be pulled for it. */
    Prepared create(FoundTarget target, DebugSession session, Runnable pulls);
}
