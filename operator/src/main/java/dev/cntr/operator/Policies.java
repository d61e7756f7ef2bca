package dev.cntr.operator;

import dev.cntr.api.Ceiling;
import dev.cntr.api.DebugSession;

/** What the policies of the cluster say about a session. */
interface Policies {
    /** Whether the session may be, as it is now. */
    Ceiling over(DebugSession session);
}
