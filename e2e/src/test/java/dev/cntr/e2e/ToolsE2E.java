package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.protocol.Possession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tools of another container of the pod and of an image, beside a container FROM scratch of user 65532. Policy {@code e2e-tools} allows images of
 * {@code localhost/cntr-agent} and busybox in namespace {@code tools}; nothing allows any in {@code tools-plain}, and {@code tools-closed} has the agent's only.
 */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class ToolsE2E {
    private static final int WRONG = 2;
    private static final int NOT_RUNNING = 124;
    private static final String OPEN = "tools";
    private static final String PLAIN = "tools-plain";
    private static final String CLOSED = "tools-closed";
    private static final String AGENT_IMAGE = "localhost/cntr-agent:dev";

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User alice;

    ToolsE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void pods(@TempDir Path directory) {
        for (String namespace : List.of(OPEN, PLAIN, CLOSED)) {
            cluster.kubectl("create", "namespace", namespace).ok();
            cluster.apply("""
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: web, namespace: %s}
                    spec:
                      nodeName: %s
                      automountServiceAccountToken: false
                      terminationGracePeriodSeconds: 0
                      securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532}
                      containers:
                      - {name: app, image: "localhost/cntr-hello:dev", imagePullPolicy: Never}
                      - name: sidecar
                        image: "busybox:test"
                        imagePullPolicy: Never
                        command: [sh, -c, "echo of the sidecar > /mark; echo secret > /volume/mark; sleep 1000000"]
                        securityContext: {runAsNonRoot: false, runAsUser: 0}
                        volumeMounts: [{name: volume, mountPath: /volume}]
                      volumes: [{name: volume, emptyDir: {}}]
                    """.formatted(namespace, cluster.nodes().getLast().name()));
        }
        policy(
                "e2e-tools",
                OPEN,
                "sources: [Image, Container, Host], images: [localhost/cntr-agent, docker.io/library/, \"localhost:5005/\"]");
        policy("e2e-tools-closed", CLOSED, "sources: []");
        alice = User.attaching(cluster, directory, "alice", "tools-alice", OPEN, PLAIN, CLOSED);
        for (String namespace : List.of(OPEN, PLAIN, CLOSED)) {
            cluster.kubectl("-n", namespace, "wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
                    .ok();
        }
        // the API server learns of policies by a watch of its own
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(attach(CLOSED, "--tools-from", "sidecar", "--", "true").err())
                    .contains("cntr-ceiling", "DebugPolicy e2e-tools-closed does not allow tools of source Container");
            assertThat(attach(OPEN, "--image", "localhost/other", "--", "true").err())
                    .contains("cntr-ceiling", "DebugPolicy e2e-tools does not allow image localhost/other");
        });
    }

    @AfterAll
    void clean() {
        cluster.kubectl("delete", "debugpolicy", "e2e-tools", "e2e-tools-closed", "--ignore-not-found")
                .ok();
        cluster.kubectl("-n", Cluster.RELAY, "delete", "rolebinding", "tools-alice");
        cluster.kubectl("delete", "namespace", OPEN, PLAIN, CLOSED, "--timeout=60s")
                .ok();
    }

    private void policy(String name, String namespace, String tools) {
        cluster.apply("""
                apiVersion: cntr.dev/v1alpha1
                kind: DebugPolicy
                metadata: {name: %s}
                spec: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}, tools: {%s}}
                """.formatted(name, namespace, tools));
    }

    private Run attach(String namespace, String... arguments) {
        return alice.attach(Stream.concat(Stream.of("-n", namespace, "web", "-c", "app"), Arrays.stream(arguments))
                .toArray(String[]::new));
    }

    /** Its root, without its volumes, as the target's user; no policy is needed, since attaching to the other one needs no further right either. */
    @Test
    void theSidecarsRootIsTheTools() {
        Run run = attach(
                        PLAIN,
                        "--tools-from",
                        "sidecar",
                        "--",
                        "sh",
                        "-c",
                        "cat /mark; ls -A /volume | wc -l; id -u; readlink /var/lib/cntr/proc/1/exe; ls /var/lib/cntr;"
                                + " touch /x; true")
                .ok();
        assertThat(run.out()).startsWith("of the sidecar\n0\n65532\n").contains("hello");
        assertThat(run.err()).contains("Read-only file system");
    }

    @Test
    void aContainerThatThePodHasNotIsNamed() {
        Run run = attach(PLAIN, "--tools-from", "nothing", "--", "true");
        assertThat(run.exit()).as(run.toString()).isEqualTo(NOT_RUNNING);
        assertThat(run.err()).contains("container nothing of pod " + PLAIN + "/web is not running");
    }

    /** The agent's image, by its own name, of several layers: the runtime's directories under an overlay. */
    @Test
    void anImageThatThePolicyAllowsIsTheTools() {
        Run run = attach(
                        OPEN,
                        "--image",
                        AGENT_IMAGE,
                        "--",
                        "sh",
                        "-c",
                        "id -u; test -x /opt/cntr/bin/cntr-agent && echo agent; ls /var/lib/cntr; touch /etc/x; true")
                .ok();
        assertThat(run.out()).startsWith("65532\nagent\n").contains("hello");
        assertThat(run.err()).contains("Read-only file system");
    }

    @Test
    void imagesAreSharedBySessionsAndReleasedWithTheLast() {
        String leases = "ctr -n k8s.io leases ls -q | grep -c ^cntr-tools- || true";
        await().atMost(Duration.ofSeconds(20)).until(() -> onNode(leases).equals("0"));
        HandMade one = HandMade.ready(alice, OPEN, "web", "tools: {source: Image, image: \"" + AGENT_IMAGE + "\"}");
        HandMade two = HandMade.ready(alice, OPEN, "web", "tools: {source: Image, image: \"" + AGENT_IMAGE + "\"}");
        assertThat(onNode(leases)).isEqualTo("1");
        String views = "ctr -n k8s.io snapshots ls | grep -c ^cntr-tools- || true";
        assertThat(onNode(views)).isEqualTo("1");
        delete(one);
        assertThat(onNode(leases)).as("the other one uses it").isEqualTo("1");
        delete(two);
        await().atMost(Duration.ofSeconds(10))
                .until(() -> onNode(leases).equals("0") && onNode(views).equals("0"));
    }

    private void delete(HandMade session) {
        cluster.kubectl("-n", session.namespace(), "delete", "debugsession", session.name(), "--timeout=30s")
                .ok();
    }

    private String onNode(String command) {
        return cluster.nodes().getLast().sh(command).ok().out().strip();
    }

    /** It has one layer and no /var/lib/cntr, and its PATH is the image's. */
    @Test
    void anImageIsNamedAsForDocker() {
        assertThat(attach(OPEN, "--image", "busybox:test", "--", "sh", "-c", "echo $0; busybox | head -1")
                        .ok()
                        .out())
                .contains("BusyBox");
    }

    @Test
    void withoutAPolicyThatNamesImagesThereAreNone() {
        Run run = attach(PLAIN, "--image", AGENT_IMAGE, "--", "true");
        assertThat(run.exit()).as(run.toString()).isEqualTo(WRONG);
        assertThat(run.err()).contains("no DebugPolicy allows tools of source Image in namespace " + PLAIN);
    }

    /** The API server; then the operator, for what got past that. */
    @Test
    void anImageOfAnotherNameIsRefused() {
        for (String image :
                List.of("localhost/cntr-agent-evil:dev", "localhost/cntr-agent/evil:dev", "r.example/cntr-agent")) {
            Run run = attach(OPEN, "--image", image, "--", "true");
            assertThat(run.exit()).as(run.toString()).isEqualTo(WRONG);
            assertThat(run.err()).contains("cntr-ceiling", "DebugPolicy e2e-tools does not allow image " + image);
        }
    }

    /** All that is the node's but its secrets, which are not there for root either. */
    @Test
    void theNodesOwnToolsAreWithoutItsSecrets() {
        Run run = attach(
                        OPEN,
                        "--tools",
                        "host",
                        "--",
                        "sh",
                        "-c",
                        "id -u; test -x /usr/local/bin/kube-node && echo node; ls /var/lib/cntr;"
                                + " ls -d /etc/kubernetes /var/lib/kubelet /var/lib/containerd /root /run; touch /usr/x; true")
                .ok();
        assertThat(run.out()).startsWith("65532\nnode\n").contains("hello");
        for (String secret : List.of("/etc/kubernetes", "/var/lib/kubelet", "/var/lib/containerd", "/root", "/run")) {
            assertThat(run.err()).containsPattern(secret + "'?: No such file");
        }
        assertThat(run.err()).contains("Read-only file system");
        assertThat(onNode("grep -c skeleton /proc/self/mountinfo || true"))
                .as("what is added to the tools for a session is not mounted on the node")
                .isEqualTo("0");
        Run refused = attach(PLAIN, "--tools", "host", "--", "true");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(WRONG);
        assertThat(refused.err()).contains("no DebugPolicy allows tools of source Host in namespace " + PLAIN);
    }

    @Test
    void aTagIsNoDigest() {
        policy("e2e-digest", OPEN, "imagesByDigest: true");
        try {
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Run run = attach(OPEN, "--image", AGENT_IMAGE, "--", "true");
                assertThat(run.exit()).as(run.toString()).isEqualTo(WRONG);
                assertThat(run.err())
                        .contains("cntr-ceiling", "DebugPolicy e2e-digest demands images by digest")
                        .contains(AGENT_IMAGE + " has none");
            });
        } finally {
            cluster.kubectl("delete", "debugpolicy", "e2e-digest").ok();
        }
    }

    @Test
    void anImageThatCannotBePulledIsToldOf() {
        Run run = attach(OPEN, "--image", "localhost/cntr-agent:never-made", "--", "true");
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.err())
                .contains("the image localhost/cntr-agent:never-made is not on this node, and could not be pulled");
    }

    /** The registry is this JVM's; on the node it is the port of a pod, since container runtimes speak plain HTTP with localhost only. */
    @Test
    void anImageOfAPrivateRegistryNeedsASecretThatTheAgentsMayRead(@TempDir Path tree) throws Exception {
        Files.createDirectories(tree.resolve("var/lib/cntr"));
        Files.createDirectories(tree.resolve("proc"));
        Files.copy(
                Path.of("/usr/bin/busybox"),
                Files.createDirectory(tree.resolve("bin")).resolve("busybox"));
        Files.createSymbolicLink(tree.resolve("bin/sh"), Path.of("busybox"));
        Files.createSymbolicLink(tree.resolve("bin/cat"), Path.of("busybox"));
        Files.writeString(tree.resolve("mark"), "of the private image\n");
        String[] attach = {"--image", "localhost:5005/tools:1", "--image-pull-secret", "registry", "--", "cat", "/mark"
        };
        try (PrivateRegistry registry = PrivateRegistry.start("jane", "right", tree)) {
            forward(registry.port());
            Run none = attach(OPEN, attach);
            assertThat(none.err()).contains("the agents may not read secret tools/registry", "agent.pullSecrets");
            cluster.kubectl(
                            "-n",
                            OPEN,
                            "create",
                            "role",
                            "pull",
                            "--verb=get",
                            "--resource=secrets",
                            "--resource-name=registry")
                    .ok();
            cluster.kubectl(
                            "-n",
                            OPEN,
                            "create",
                            "rolebinding",
                            "pull",
                            "--role=pull",
                            "--serviceaccount=" + Cluster.SYSTEM + ":cntr-agent")
                    .ok();
            assertThat(attach(OPEN, attach).err()).contains("there is no secret tools/registry");
            secret("wrong");
            assertThat(attach(OPEN, attach).err())
                    .contains("the image localhost:5005/tools:1 is not on this node, and could not be pulled")
                    .doesNotContain("wrong");
            secret("right");
            Run pulled = attach(OPEN, attach).ok();
            assertThat(pulled.out()).isEqualTo("of the private image\n");
            assertThat(pulled.err()).contains(" pulls image localhost:5005/tools:1");
            assertThat(attach(OPEN, attach).ok().err()).doesNotContain("pulls image");
        } finally {
            onNode("ctr -n k8s.io images rm localhost:5005/tools:1 || true");
        }
    }

    private void secret(String password) {
        cluster.kubectl("-n", OPEN, "delete", "secret", "registry", "--ignore-not-found")
                .ok();
        cluster.kubectl(
                        "-n",
                        OPEN,
                        "create",
                        "secret",
                        "docker-registry",
                        "registry",
                        "--docker-server=localhost:5005",
                        "--docker-username=jane",
                        "--docker-password=" + password)
                .ok();
    }

    /** Port 5005 of the node is one of this machine. */
    private void forward(int port) {
        cluster.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: forward, namespace: %s}
                spec:
                  nodeName: %s
                  hostNetwork: true
                  terminationGracePeriodSeconds: 0
                  containers:
                  - name: forward
                    image: "busybox:test"
                    imagePullPolicy: Never
                    command: [busybox, nc, -ll, -p, "5005", -e, busybox, nc, %s, "%d"]
                """.formatted(OPEN, cluster.nodes().getLast().name(), cluster.hostAddress(), port));
        cluster.kubectl("-n", OPEN, "wait", "--for=condition=Ready", "pod/forward", "--timeout=60s")
                .ok();
    }

    @Test
    void theResourceIsCheckedItself() {
        for (String tools : List.of(
                "source: Image",
                "source: Container",
                "source: Agent, image: r.example/a",
                "source: Agent, imagePullSecrets: [{name: a}]",
                "source: Image, image: r.example/a, imagePullSecrets: [{}]",
                "source: Image, container: sidecar",
                "source: Image, image: busybox",
                "source: Image, image: \"r.example/a:1@sha256:" + "0".repeat(64) + "\"",
                "source: Image, image: r.example/../a")) {
            Run run = HandMade.create(
                    alice,
                    HandMade.manifest(OPEN, "web", Possession.generate(), "tools: {" + tools + "}"),
                    "--dry-run=server");
            assertThat(run.exit()).as(tools + ": " + run).isNotZero();
            assertThat(run.err()).as(tools).contains("spec.tools");
        }
    }
}
