package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    private static final String DEPLOYMENT = "GET /apis/apps/v1/namespaces/default/deployments/web";
    private static final String PODS = "GET /api/v1/namespaces/default/pods";

    private @TempDir Path directory;
    private FakeCluster server;
    private Cluster cluster;

    @BeforeEach
    void start() throws IOException {
        server = new FakeCluster();
        cluster = server.client(directory);
        server.reply(DEPLOYMENT, 200, "{\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"web\"}}}}");
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "hello, , hello",
        "pod/hello, , hello",
        "po/a.b, , a.b",
        "deploy/web, DEPLOYMENT, web",
        "deployment.apps/web, DEPLOYMENT, web",
        "sts/db, STATEFUL_SET, db",
        "ds/agent, DAEMON_SET, agent",
        "rs/web-1, REPLICA_SET, web-1",
        "job/once, JOB, once",
    })
    void targetsAreWrittenAsForKubectl(String text, Target.Kind kind, String name) {
        assertThat(Target.parse(text)).isEqualTo(new Target(kind, name, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"node/worker-1", "nodes/worker-1", "no/worker-1"})
    void aNodeIsNamedAsForKubectl(String text) {
        assertThat(Target.parse(text)).isEqualTo(new Target(null, "worker-1", true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "pod/", "svc/web", "node/", "a/b/c", "../x", "Hello", "-x", "hello world", "x?y"})
    void whateverElseIsRefused(String text) {
        assertThatThrownBy(() -> Target.parse(text))
                .isInstanceOfSatisfying(
                        CntrException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
    }

    @Test
    void aPodIsNotAskedFor() {
        assertThat(Target.parse("pod/hello").pod(cluster)).isEqualTo("hello");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void theNewestReadyPodThatIsNotGoingAwayIsTaken() {
        server.reply(
                PODS,
                200,
                "{\"items\":[" + pod("old", "2026-01-01T00:00:00Z", "True", "") + ","
                        + pod("newest", "2026-01-03T00:00:00Z", "True", "") + ","
                        + pod("unready", "2026-01-04T00:00:00Z", "False", "") + ","
                        + pod("leaving", "2026-01-05T00:00:00Z", "True", "2026-01-06T00:00:00Z") + "]}");
        assertThat(Target.parse("deploy/web").pod(cluster)).isEqualTo("newest");
    }

    @Test
    void noReadyPodIsSaidWithTheSelector() {
        server.reply(PODS, 200, "{\"items\":[" + pod("p", "2026-01-01T00:00:00Z", "False", "") + "]}");
        assertFails(
                ExitCode.NOT_RUNNING,
                "deployments web has no ready pod among 1; see: kubectl get pods -n default -l 'app=web'");
    }

    @Test
    void aWorkloadThatIsNotThere() {
        server.refuse(DEPLOYMENT, 404, "NotFound", "deployments", "deployments.apps 'web' not found");
        assertFails(ExitCode.NOT_FOUND, "deployments.apps 'web' not found; check the name and --namespace");
    }

    @Test
    void aMissingRightIsNamed() {
        server.refuse(PODS, 403, "Forbidden", "pods", "no");
        assertFails(ExitCode.FORBIDDEN, "check with: kubectl auth can-i list pods -n default");
    }

    @Test
    void selectorsBecomeQueries() throws IOException {
        assertThat(Target.selector(new ObjectMapper().readTree("""
                                {"matchLabels":{"app":"web","tier":"a"},"matchExpressions":[
                                {"key":"env","operator":"In","values":["x","y"]},{"key":"old","operator":"DoesNotExist"},
                                {"key":"z","operator":"NotIn","values":["q"]},{"key":"k","operator":"Exists"}]}""")))
                .isEqualTo("app=web,tier=a,env in (x,y),!old,z notin (q),k");
    }

    private void assertFails(ExitCode code, String message) {
        assertThatThrownBy(() -> Target.parse("deploy/web").pod(cluster))
                .isInstanceOfSatisfying(CntrException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(code);
                    assertThat(e.getMessage()).contains(message);
                });
    }

    private static String pod(String name, String created, String ready, String deleted) {
        String deletion = deleted.isEmpty() ? "" : ",\"deletionTimestamp\":\"" + deleted + "\"";
        return """
                {"metadata":{"name":"%s","creationTimestamp":"%s"%s},"status":{"conditions":[{"type":"Ready","status":"%s"}]}}""".formatted(name, created, deletion, ready);
    }
}
