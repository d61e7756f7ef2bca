package dev.cntr.api;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Why a condition has its status; {@link #text()} is the CamelCase form that the resource holds. */
public enum Reason {
    /** The operator placed the session; its agent has not answered yet. */
    SCHEDULED,
    /** A {@link DebugPolicy} does not allow it. */
    POLICY_DENIED,
    /** A policy demands that somebody approves it; waited for. */
    WAITING_FOR_APPROVAL,
    /** Somebody approved it. */
    APPROVED,
    /** Somebody who may approve sessions said no. */
    APPROVAL_DENIED,
    /** The target pod has no node or no running container yet; waited for. */
    POD_PENDING,
    /** No pod of that name in the session's namespace. */
    POD_NOT_FOUND,
    /** There is no such node. */
    NODE_NOT_FOUND,
    /** Sessions on nodes are turned off in this cluster. */
    NODE_SESSIONS_DISABLED,
    /** The pod has succeeded or failed: nothing runs in it any more. */
    POD_FINISHED,
    /** The pod has no container of that name. */
    CONTAINER_NOT_FOUND,
    /** The container waits or has terminated. */
    CONTAINER_NOT_RUNNING,
    /** The container's next start is waited for, as the session asked. */
    WAITING_FOR_START,
    /** The node pulls the image of the session's tools. */
    PULLING_IMAGE,
    /** Each pod of the selector has a session, of which not all are over. */
    PODS_ACTIVE,
    /** Not every session of the selector's pods ran its command to its end. */
    PODS_FAILED,
    /** The pod's node has no agent. */
    NO_AGENT_ON_NODE,
    /** The node's agent exists but is not ready. */
    AGENT_NOT_READY,
    /** The node has no ready relay. */
    RELAY_NOT_READY,
    /** The debug container is created: a client may attach. */
    CREATED,
    /** A client is attached. */
    CLIENT_ATTACHED,
    /** The last client left. */
    CLIENT_DETACHED,
    /** The agent could not prepare the debug container. */
    ATTACH_FAILED,
    /** The command ended; {@code exitCode} tells how. */
    EXITED,
    /** The time to live is over. */
    EXPIRED,
    /** Nothing was typed or shown for as long as the session may be idle. */
    IDLE_TIMEOUT,
    /** What must be recorded cannot be. */
    RECORDING_FAILED,
    /** The recording is whole and where it belongs. */
    RECORDING_KEPT,
    /** There is no recording, or a part of it is missing. */
    RECORDING_INCOMPLETE,
    /** The recording is whole, and waits on its node for the place where it belongs. */
    RECORDING_WAITS,
    /** The target container ended while the session lived. */
    TARGET_GONE,
    /** The target pod was replaced by another one of the same name. */
    POD_REPLACED,
    /** The agent ended while the session lived, and its debug container with it. */
    AGENT_LOST,
    /** The client vanished without a word. */
    CLIENT_LOST,
    /** The object was deleted while the session lived. */
    DELETED;

    private static final Map<String, Reason> BY_TEXT =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Reason::text, Function.identity()));

    private final String text = Names.word(this);

    /** The reason as written in the resource, for example {@code PodNotFound}. */
    public String text() {
        return text;
    }

    /** The reason that a resource names; empty for one of a newer version. */
    public static Optional<Reason> of(String text) {
        return Optional.ofNullable(BY_TEXT.get(text));
    }
}
