package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.Reason;
import dev.cntr.api.StatusChange;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.lib.jse.JsePlatform;

/** What Argo CD would show of sessions in each state that operator and agents write, by the script that docs/gitops.md names. */
class ArgoHealthTest {
    private static final Path SCRIPT = Path.of("../charts/cntr/argocd/health.lua");
    private static final Instant NOW = Instant.EPOCH;

    private record Health(String status, String message) {}

    private static Health of(UnaryOperator<StatusChange> change) {
        DebugSession session = Cluster.session();
        session.setStatus(change.apply(session.getStatus().change()).done());
        return of(session);
    }

    private static Health of(DebugSession session) {
        Globals lua = JsePlatform.standardGlobals();
        lua.set("obj", value(Serialization.jsonMapper().valueToTree(session)));
        try {
            LuaValue health = lua.load(Files.readString(SCRIPT), "health.lua").call();
            return new Health(
                    health.get("status").checkjstring(), health.get("message").checkjstring());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static LuaValue value(JsonNode node) {
        LuaTable table = new LuaTable();
        switch (node.getNodeType()) {
            case OBJECT -> node.properties().forEach(entry -> table.set(entry.getKey(), value(entry.getValue())));
            case ARRAY -> {
                for (int i = 0; i < node.size(); i++) {
                    table.set(i + 1, value(node.get(i)));
                }
            }
            case BOOLEAN -> {
                return LuaValue.valueOf(node.booleanValue());
            }
            case NUMBER -> {
                return LuaValue.valueOf(node.doubleValue());
            }
            case NULL, MISSING -> {
                return LuaValue.NIL;
            }
            default -> {
                return LuaValue.valueOf(node.asText());
            }
        }
        return table;
    }

    @Test
    void aSessionThatNobodyHasLookedAtGoesOn() {
        assertThat(of(Cluster.session())).isEqualTo(new Health("Progressing", "cntr's operator has not looked yet"));
        assertThat(of(change -> change.condition(ConditionType.READY, false, Reason.POD_PENDING, "starts", NOW)))
                .isEqualTo(new Health("Progressing", "PodPending: starts"));
    }

    @Test
    void aSessionThatWaitsForAClientOrHasOneIsHealthy() {
        assertThat(of(change -> change.ready("prepared", NOW))).isEqualTo(new Health("Healthy", "Created: prepared"));
        assertThat(of(change -> change.ready("prepared", NOW)
                        .condition(ConditionType.ATTACHED, true, Reason.CLIENT_ATTACHED, "jane", NOW)))
                .isEqualTo(new Health("Healthy", "ClientAttached: jane"));
    }

    /** Or self-healing would make it again, for ever. */
    @Test
    void aSessionThatIsOverIsHealthyHoweverItsCommandEnded() {
        assertThat(of(change -> change.completed(Reason.EXPIRED, "its time is over", NOW)))
                .isEqualTo(new Health("Healthy", "Expired: its time is over"));
    }

    @Test
    void aSessionThatFailedIsDegraded() {
        assertThat(of(change -> change.stalled(Reason.POD_NOT_FOUND, "no pod web", NOW)))
                .isEqualTo(new Health("Degraded", "PodNotFound: no pod web"));
    }

    @Test
    void aSessionThatIsDeletedGoesOnUntilItsNodeIsClean() {
        DebugSession session = Cluster.session();
        session.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        assertThat(of(session).status()).isEqualTo("Progressing");
    }
}
