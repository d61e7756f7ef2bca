package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Reason;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.time.Duration;

/**
 * A session as the API server had it: what of its metadata is needed here, and its status.
 *
 * @param namespace empty for a NodeDebugSession
 * @param reconnectTime how long the agent waits for a client that is cut off
 */
public record Session(
        String namespace,
        String name,
        String uid,
        String resourceVersion,
        Duration reconnectTime,
        DebugSessionStatus status) {
    static Session of(JsonNode object, ObjectMapper mapper) {
        JsonNode metadata = object.path("metadata");
        JsonNode status = object.path("status");
        try {
            return new Session(
                    metadata.path("namespace").asText(),
                    metadata.path("name").asText(),
                    metadata.path("uid").asText(),
                    metadata.path("resourceVersion").asText(),
                    Duration.ofSeconds(object.path("spec")
                            .path("attach")
                            .path("reconnectSeconds")
                            .asInt(DebugSessionSpec.Attach.RECONNECT_SECONDS)),
                    status.isObject()
                            ? mapper.treeToValue(status, DebugSessionStatus.class)
                            : DebugSessionStatus.EMPTY);
        } catch (JsonProcessingException e) {
            throw new CntrException(
                    ExitCode.INTERNAL,
                    "the session's status cannot be read: " + e.getOriginalMessage()
                            + "; use a kubectl-cntr of the cluster's cntr release",
                    e);
        }
    }

    /** Whether nothing happens until somebody approves it. */
    public boolean waitsForApproval() {
        return waits(Reason.WAITING_FOR_APPROVAL);
    }

    /** Whether nothing happens until its container starts the next time. */
    public boolean waitsForStart() {
        return waits(Reason.WAITING_FOR_START);
    }

    /** Whether its node pulls the image of its tools. */
    public boolean pullsImage() {
        return waits(Reason.PULLING_IMAGE);
    }

    private boolean waits(Reason reason) {
        return status.condition(ConditionType.READY)
                .filter(ready -> ready.reason().equals(reason.text()))
                .isPresent();
    }

    /** Whether it is one on a node. */
    public boolean ofNode() {
        return namespace.isEmpty();
    }

    /** How to see more of it: {@code kubectl describe …}. */
    public String describe() {
        return ofNode()
                ? "kubectl describe nodedebugsession " + name
                : "kubectl describe debugsession " + name + " -n " + namespace;
    }

    @Override
    public String toString() {
        return ofNode() ? name : namespace + "/" + name;
    }
}
