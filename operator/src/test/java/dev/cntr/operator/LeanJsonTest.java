package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.Reason;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.Test;

class LeanJsonTest {
    private static final KubernetesSerialization LEAN = LeanJson.serialization();

    @Test
    void aSessionIsWhatItIsElsewhereButForItsManagedFields() {
        DebugSession session = scheduled("web-x1");
        String text = text(session);
        assertThat(text).contains("managedFields");
        DebugSession read = LEAN.unmarshal(text, DebugSession.class);
        assertThat(read.getMetadata().getManagedFields()).isEmpty();

        session.getMetadata().getManagedFields().clear();
        assertThat(read.getMetadata()).isEqualTo(session.getMetadata());
        assertThat(read.getSpec()).isEqualTo(session.getSpec());
        assertThat(read.getStatus()).isEqualTo(session.getStatus());
        assertThat(LEAN.asJson(read)).isEqualTo(new KubernetesSerialization().asJson(session));
    }

    @Test
    void whatManySessionsSayIsThereOnce() {
        DebugSession one = LEAN.unmarshal(text(scheduled("web-x1")), DebugSession.class);
        DebugSession other = LEAN.unmarshal(text(scheduled("web-x2")), DebugSession.class);
        assertThat(other.getMetadata().getName()).isEqualTo("web-x2");
        assertThat(message(other)).isSameAs(message(one));
        assertThat(other.getSpec().ttl()).isSameAs(one.getSpec().ttl());
    }

    private static String message(DebugSession session) {
        return session.getStatus()
                .condition(ConditionType.SCHEDULED)
                .orElseThrow()
                .message();
    }

    /** As the API server, which leaves no text out, writes it. */
    private static String text(DebugSession session) {
        return new KubernetesSerialization().asJson(session);
    }

    private static DebugSession scheduled(String name) {
        DebugSession session = Cluster.session();
        session.getMetadata().setName(name);
        session.getMetadata()
                .getManagedFields()
                .add(new ManagedFieldsEntryBuilder()
                        .withManager("operator")
                        .withNewFieldsV1()
                        .endFieldsV1()
                        .build());
        session.setStatus(session.getStatus()
                .change()
                .condition(
                        ConditionType.SCHEDULED,
                        true,
                        Reason.SCHEDULED,
                        "placed on a node with an agent",
                        Cluster.CREATED)
                .done());
        return session;
    }
}
