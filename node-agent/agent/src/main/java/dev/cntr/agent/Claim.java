package dev.cntr.agent;

import dev.cntr.attach.DebugContainer;
import dev.cntr.protocol.ErrorCode;

/** The right to attach to a session, of a client that has proven itself. */
sealed interface Claim {
    /** The caller starts the container and carries its streams. */
    record Granted(DebugContainer container) implements Claim {}

    /** The client is to be told why not. */
    record Refused(ErrorCode code, String message) implements Claim {}
}
