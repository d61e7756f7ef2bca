package dev.cntr.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.api.DebugSession;
import dev.cntr.api.Reason;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What it makes of a cluster in which sessions fail; that it succeeds in a sound one, an end-to-end test shows. */
@EnableKubernetesMockClient(crud = true)
@SuppressWarnings("NullAway.Init") // the extension sets the fields
class SelfTestTest {
    private static final SelfTest.Place PLACE = new SelfTest.Place("cntr-system", "cntr-test", "tester");

    KubernetesClient client;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void aSessionThatFailsIsToldAndDeleted() throws Exception {
        SelfTest test = new SelfTest(client, PLACE, new PrintStream(printed, true, UTF_8));
        CompletableFuture<Boolean> passed = CompletableFuture.supplyAsync(() -> {
            try {
                return test.run();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        var session =
                client.resources(DebugSession.class).inNamespace("cntr-system").withName("cntr-test");
        DebugSession made = Awaitility.await().until(session::get, found -> found != null);
        assertThat(made.getSpec().target().pod()).isEqualTo("cntr-test");
        made.setStatus(made.getStatus()
                .change()
                .stalled(Reason.NO_AGENT_ON_NODE, "node n1 has no cntr agent", Instant.now())
                .done());
        client.resource(made).updateStatus();

        assertThat(passed.get(20, TimeUnit.SECONDS)).isFalse();
        assertThat(printed.toString(UTF_8)).contains("it failed: node n1 has no cntr agent");
        assertThat(session.get()).isNull();
    }

    @Test
    void outsideItsHookItSaysSo() {
        assertThatThrownBy(() -> SelfTest.Place.of(Map.of())).hasMessageContaining("helm test");
    }
}
