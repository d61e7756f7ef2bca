package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cntr.api.Approval;
import dev.cntr.api.Approval.Decision;
import dev.cntr.api.ApprovalStanding;
import dev.cntr.api.Names;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What people decide about sessions. Who may, and whose approval counts, the cluster decides alone. */
public final class Approvals {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(100);

    /** How often it is tried where the session changes at the same time, as its status does. */
    private static final int TRIES = 5;

    private final Cluster cluster;
    private final Resource resource;

    Approvals(Cluster cluster, Resource resource) {
        this.cluster = cluster;
        this.resource = resource;
    }

    /**
     * Adds what a user decided about a session to what others did.
     *
     * @param comment why; null for no reason
     * @return how far the session's approval has come by that; empty for a denial, where none is demanded, where the session is gone meanwhile, or the
     *     operator has not looked at it in some seconds
     * @throws CntrException when there is no such session, the user has decided about it before, or the cluster refuses it
     */
    public Optional<ApprovalStanding> decide(String name, UserInfo user, Decision decision, @Nullable String comment)
            throws InterruptedException {
        for (int i = 1; true; i++) {
            try {
                return attempt(name, user, decision, comment);
            } catch (CntrException e) {
                boolean changed = e.getCause() instanceof ApiException refusal && refusal.status() == 409;
                if (!changed || i == TRIES) {
                    throw e;
                }
            }
        }
    }

    private Optional<ApprovalStanding> attempt(String name, UserInfo user, Decision decision, @Nullable String comment)
            throws InterruptedException {
        JsonNode now = decision == Decision.APPROVED ? seen(name) : get(name);
        now.path("spec").path("approvals").forEach(one -> {
            if (one.path("username").asText().equals(user.name())) {
                throw new CntrException(
                        ExitCode.USAGE,
                        "%s has decided about session %s before (%s), and that stays; others may: kubectl cntr approve %s"
                                .formatted(
                                        user.name(), name, one.path("decision").asText(), name));
            }
        });
        List<String> groups = decision == Decision.APPROVED
                ? standing(now).map(ApprovalStanding::groups).orElse(List.of()).stream()
                        .filter(user.groups()::contains)
                        .limit(Approval.MOST_GROUPS)
                        .toList()
                : List.of();
        JsonNode decided = add(name, now, new Approval(user.name(), decision, comment, groups));
        return decision == Decision.APPROVED ? standingAfter(decided, name) : Optional.empty();
    }

    private Optional<ApprovalStanding> standingAfter(JsonNode decided, String name) throws InterruptedException {
        long generation = decided.path("metadata").path("generation").asLong();
        try {
            return standing(await(
                    name,
                    session -> session.path("status").path("observedGeneration").asLong() >= generation
                            || finished(session)));
        } catch (CntrException e) {
            if (e.exitCode() == ExitCode.NOT_FOUND) {
                return Optional.empty(); // whoever waited for this has used it, or given up
            }
            throw e;
        }
    }

    private JsonNode add(String name, JsonNode now, Approval approval) {
        ObjectNode patch = cluster.mapper().createObjectNode();
        patch.putObject("metadata")
                .put(
                        "resourceVersion",
                        now.path("metadata").path("resourceVersion").asText());
        ArrayNode approvals = patch.putObject("spec").putArray("approvals");
        now.path("spec").path("approvals").forEach(approvals::add);
        approvals.add(cluster.mapper().<JsonNode>valueToTree(approval));
        try {
            return cluster.patch(resource, name, patch);
        } catch (ApiException e) {
            throw switch (e.status()) {
                case 403 -> Failures.forbidden("approve", resource.qualified(), resource.namespace(), e);
                case 409 ->
                    new CntrException(
                            ExitCode.INTERNAL, "the session " + name + " changed at the same time; try again", e);
                default -> Failures.refused("patch", resource, e);
            };
        }
    }

    /** The session when the operator has found out whose approval it needs: an approval is given once, and has to be of the right group. */
    private JsonNode seen(String name) throws InterruptedException {
        Predicate<JsonNode> looked =
                session -> !session.path("status").path("conditions").isEmpty();
        JsonNode session = await(name, looked);
        if (!looked.test(session)) {
            throw new CntrException(
                    ExitCode.NOT_INSTALLED,
                    "no operator has looked at the session " + name
                            + ", so nobody knows whose approval it needs; check that it"
                            + " runs: kubectl get pods -n " + Names.SYSTEM_NAMESPACE + " -l " + Names.COMPONENT_LABEL
                            + "="
                            + Names.OPERATOR);
        }
        return session;
    }

    /** The session when it is as wanted, or as it is when that takes too long. */
    private JsonNode await(String name, Predicate<JsonNode> wanted) throws InterruptedException {
        long begin = System.nanoTime();
        JsonNode session = get(name);
        while (!wanted.test(session) && System.nanoTime() - begin < PATIENCE.toNanos()) {
            Thread.sleep(POLL);
            session = get(name);
        }
        return session;
    }

    private boolean finished(JsonNode session) {
        return Session.of(session, cluster.mapper()).status().finished();
    }

    private Optional<ApprovalStanding> standing(JsonNode session) {
        return Optional.ofNullable(
                Session.of(session, cluster.mapper()).status().approval());
    }

    private JsonNode get(String name) {
        try {
            return cluster.get(resource, name);
        } catch (ApiException e) {
            throw Failures.refused("get", resource, e);
        }
    }
}
