package dev.cntr.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DebugSessionTest {
    private static final String MINIMAL = """
            {"apiVersion": "cntr.dev/v1alpha1", "kind": "DebugSession", "metadata": {"name": "a", "namespace": "b"},
             "spec": {"target": {"pod": "web-0"}, "attach": {"publicKeys": ["ed25519:x"]}, "fieldOfALaterVersion": 1}}""";

    @Test
    void whatTheUserLeftOutIsDefaulted() {
        DebugSessionSpec spec =
                Serialization.unmarshal(MINIMAL, DebugSession.class).getSpec();
        assertThat(spec.target()).isEqualTo(new DebugSessionSpec.Target("web-0", null));
        assertThat(spec.timeToLive()).isEqualTo(Duration.ofHours(1));
        assertThat(spec.retention()).isEqualTo(Duration.ofMinutes(5));
        assertThat(spec.process()).isEqualTo(DebugSessionSpec.DebugProcess.SHELL);
        assertThat(spec.tools().source()).isEqualTo(ToolsSpec.Source.AGENT);
    }

    @Test
    void aNewSessionHasAnEmptyStatusRatherThanNone() {
        DebugSession session = Serialization.unmarshal(MINIMAL, DebugSession.class);
        assertThat(session.getStatus()).isEqualTo(DebugSessionStatus.EMPTY);
    }

    @Test
    void theResourceIsWrittenAsItsSchemaSays() {
        DebugSession session = Serialization.unmarshal(MINIMAL, DebugSession.class);
        session.setStatus(StatusChangeTest.READY);
        String json = Serialization.asJson(session);
        assertThat(json)
                .contains("\"profile\":\"Target\"", "\"source\":\"Agent\"", "\"phase\":\"Ready\"")
                .contains("\"startedAt\":\"2026-05-04T03:02:01Z\"", "\"lastTransitionTime\":\"2026-05-04T03:02:01Z\"")
                .doesNotContain("null", "timeToLive", "retention", "finished");
        assertThat(Serialization.unmarshal(json, DebugSession.class).getStatus())
                .isEqualTo(StatusChangeTest.READY);
    }
}
