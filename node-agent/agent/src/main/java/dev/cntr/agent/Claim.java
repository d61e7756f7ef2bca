package dev.cntr.agent;

import dev.cntr.attach.DebugContainer;
import dev.cntr.protocol.ErrorCode;

/** The right to attach to a session, of a client that has proven itself. */
sealed interface Claim {
    /** The first client: its command is yet to be started. */
    record Granted(DebugContainer container) implements Claim {}

    /** The command runs already, and nobody else is there. */
    record Joined(Attendance attendance) implements Claim {}

    /** The client is to be told why not. */
    record Refused(ErrorCode code, String message) implements Claim {}
}
