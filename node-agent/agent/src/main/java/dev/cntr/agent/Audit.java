package dev.cntr.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.cntr.api.Approval;
import dev.cntr.api.DebugSession;
import dev.cntr.logging.Logging;
import dev.cntr.protocol.ErrorCode;
import dev.cntr.protocol.Outcome;
import dev.cntr.protocol.RelayRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who attached to what: a line of JSON in the log when a client is let in, when it leaves and when it is refused. The lines
 * are plain ASCII, whatever names are in them, so that none can forge another or fool a terminal.
 */
final class Audit {
    private static final Logger log = LoggerFactory.getLogger(Logging.AUDIT);
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final int LONGEST_MESSAGE = 512;

    private Audit() {}

    /** A client that was let in, from when until it leaves. */
    record Visit(DebugSession session, String user, boolean again, Instant since) {}

    /** @param again whether it is the client that was there before, over another connection */
    static Visit attached(DebugSession session, String user, boolean again, Clock clock) {
        Visit visit = new Visit(session, user, again, clock.instant());
        write(attached(visit));
        return visit;
    }

    static void left(Visit visit, Outcome outcome, Traffic traffic, Clock clock) {
        write(left(visit, outcome, traffic, clock.instant()));
    }

    /** Nothing but the request is known: no such session lives here. */
    static void refused(RelayRequest request, ErrorCode code) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("audit", "refused");
        line.put("user", request.user());
        line.put("namespace", request.namespace());
        line.put("session", request.session());
        line.put("reason", code);
        write(line);
    }

    /** A session that was to be recorded is over, and this is what there is of it. */
    static void recorded(DebugSession session, SessionRecording.Kept kept) {
        if (kept.asked()) {
            write(recording(session, kept));
        }
    }

    static Map<String, Object> recording(DebugSession session, SessionRecording.Kept kept) {
        Map<String, Object> line = line("recorded", session, "-");
        line.remove("user");
        line.put("complete", kept.shortcoming().isEmpty());
        kept.stored().ifPresent(file -> {
            line.put("recording", file.id());
            line.put("location", file.location());
            line.put("bytes", file.bytes());
            line.put("sha256", file.sha256());
        });
        kept.shortcoming().ifPresent(why -> line.put("reason", shortened(why)));
        return line;
    }

    static void refused(DebugSession session, String user, String reason) {
        Map<String, Object> line = line("refused", session, user);
        line.put("reason", shortened(reason));
        write(line);
    }

    static Map<String, Object> attached(Visit visit) {
        Map<String, Object> line = line("attached", visit.session(), visit.user());
        line.put("since", visit.since().toString());
        line.put("command", visit.session().getSpec().process().command());
        line.put("profile", visit.session().getSpec().process().profile().text());
        line.put("tty", visit.session().getSpec().process().tty());
        List<String> approvers = visit.session().getSpec().approvals().stream()
                .filter(approval -> approval.decision() == Approval.Decision.APPROVED)
                .map(Approval::username)
                .toList();
        if (!approvers.isEmpty()) {
            line.put("approvedBy", approvers);
        }
        if (visit.again()) {
            line.put("again", true);
        }
        return line;
    }

    static Map<String, Object> left(Visit visit, Outcome outcome, Traffic traffic, Instant now) {
        Map<String, Object> line = line("left", visit.session(), visit.user());
        line.put("since", visit.since().toString());
        line.put("until", now.toString());
        line.put("seconds", Duration.between(visit.since(), now).toMillis() / 1000.0);
        switch (outcome) {
            case Outcome.Exited(int code) -> {
                line.put("outcome", "Exited");
                line.put("exitCode", code);
            }
            case Outcome.ClientLost(String why) -> {
                line.put("outcome", "ClientLost");
                line.put("reason", shortened(why));
            }
            case Outcome.ClientGone(String why) -> {
                line.put("outcome", "ClientGone");
                line.put("reason", shortened(why));
            }
            case Outcome.Resumed() -> line.put("outcome", "Resumed");
            case Outcome.Detached() -> line.put("outcome", "Detached");
            case Outcome.Ended(ErrorCode code) -> {
                line.put("outcome", "Ended");
                line.put("reason", code);
            }
        }
        line.put("stdinBytes", traffic.in().get());
        line.put("stdoutBytes", traffic.out().get());
        line.put("stderrBytes", traffic.err().get());
        return line;
    }

    static String json(Map<String, Object> line) {
        try {
            return JSON.writeValueAsString(line);
        } catch (JsonProcessingException e) {
            throw new AgentException("an audit line cannot be written: " + line.keySet(), e);
        }
    }

    /** A name or a message as it may stand in a status or an event: bounded, and without characters that are not seen. */
    static String printable(String text) {
        String seen = text.replaceAll("[^\\p{L}\\p{M}\\p{N}\\p{P}\\p{S} ]", "?");
        return seen.length() <= LONGEST_MESSAGE ? seen : seen.substring(0, LONGEST_MESSAGE) + "...";
    }

    private static Map<String, Object> line(String event, DebugSession session, String user) {
        var status = session.getStatus();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("audit", event);
        line.put("user", user);
        if (!session.ofNode()) {
            line.put("namespace", session.getMetadata().getNamespace());
        }
        line.put("session", session.getMetadata().getName());
        line.put("sessionUID", session.getMetadata().getUid());
        if (!session.ofNode()) {
            line.put("pod", session.getSpec().target().podText());
            line.put("podUID", status.podUID());
            line.put("container", status.containerName());
            line.put("containerID", status.containerID());
        }
        line.put("node", status.nodeName());
        return line;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "...";
    }

    private static void write(Map<String, Object> line) {
        Map<String, Object> timed = new LinkedHashMap<>();
        timed.put("time", Instant.now().toString());
        timed.putAll(line);
        log.info("{}", json(timed));
    }
}
