package dev.cntr.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.DebugSession;
import dev.cntr.api.Names;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against an API server in memory. */
@EnableKubernetesMockClient(crud = true)
@SuppressWarnings("NullAway.Init") // the extension sets the fields
class CleanUpTest {
    KubernetesMockServer server;
    KubernetesClient client;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private DebugSession session(String name, String... finalizers) {
        DebugSession session = Cluster.session();
        session.getMetadata().setName(name);
        session.getMetadata().setFinalizers(List.of(finalizers));
        return client.resource(session).create();
    }

    private boolean cleanUp() throws InterruptedException {
        return new CleanUp(client, new PrintStream(printed, true, UTF_8)).run(Duration.ofMillis(500));
    }

    private List<DebugSession> left() {
        return client.resources(DebugSession.class).inAnyNamespace().list().getItems();
    }

    @Test
    void allSessionsAreDeleted() throws InterruptedException {
        session("a");
        session("b");
        assertThat(cleanUp()).isTrue();
        assertThat(left()).isEmpty();
        assertThat(printed.toString(UTF_8)).contains("ending session shop/a", "ending session shop/b");
    }

    @Test
    void aSessionThatNobodyCleansLosesItsFinalizer() throws InterruptedException {
        session("a", Names.FINALIZER);
        assertThat(cleanUp()).isTrue();
        assertThat(left()).isEmpty();
        assertThat(printed.toString(UTF_8)).contains("session shop/a is still there", "finalizer is taken off");
    }

    /** It is not cntr's to take off. */
    @Test
    void somebodyElsesFinalizerStaysAndIsReported() throws InterruptedException {
        session("a", Names.FINALIZER, "example.com/other");
        assertThat(cleanUp()).isFalse();
        assertThat(left())
                .singleElement()
                .satisfies(session -> assertThat(session.getFinalizers()).containsExactly("example.com/other"));
        assertThat(printed.toString(UTF_8)).contains("session shop/a cannot be ended");
    }
}
