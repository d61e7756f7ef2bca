package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A real cluster of two nodes with cntr installed by its chart, made once for all test classes of the run: Testcontainers'
 * {@link K3sContainer} and a second node, from the node image that dev/test builds ({@code -Dcntr.node.image=rancher/k3s:…}
 * where that can be pulled). With {@code CNTR_E2E_CONTEXT} set (dev/cluster env prints it) the cluster of dev/cluster is used
 * as it is, for quick rounds while developing.
 */
final class Cluster implements AutoCloseable {
    static final String SYSTEM = "cntr-system";
    static final String RELAY = "cntr-relay";
    static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Path REPO = Path.of("..").toAbsolutePath().normalize();
    private static final String IMAGES =
            "localhost/cntr-agent:dev localhost/cntr-operator:dev localhost/cntr-relay:dev localhost/cntr-hello:dev";

    private final Map<String, String> environment = new HashMap<>();
    private final List<Node> nodes;
    private final Runnable stop;

    /** A node by its Kubernetes name and the id of the docker container it runs in. */
    record Node(String name, String container) {
        /** Runs a shell command on the node, as root in the node's own namespaces. */
        Run sh(String script) {
            return docker("exec", container, "sh", "-c", script);
        }

        private static Run docker(String... arguments) {
            List<String> command = new ArrayList<>(List.of("docker"));
            command.addAll(List.of(arguments));
            return Run.of(Map.of(), new byte[0], PATIENCE, command);
        }

        /** Copies a file of this machine into a directory of the node. */
        void put(Path file, String directory) {
            sh("mkdir -p " + directory).ok();
            docker("cp", "-L", file.toString(), container + ":" + directory).ok();
        }

        /** Kills all that runs on it, and starts it anew: what was in memory, and what was mounted, is gone. */
        void restart() {
            docker("restart", "-t", "0", container).ok();
        }
    }

    private Cluster(Path kubeconfig, List<Node> nodes, Runnable stop) {
        environment.put("KUBECONFIG", kubeconfig.toString());
        this.nodes = List.copyOf(nodes);
        this.stop = stop;
    }

    List<Node> nodes() {
        return nodes;
    }

    Map<String, String> environment() {
        return environment;
    }

    /** An address of this machine at which nodes and pods reach it. */
    String hostAddress() {
        String route = nodes.getLast()
                .sh("awk '$2 == \"00000000\" { print $3; exit }' /proc/net/route")
                .ok()
                .out()
                .strip();
        byte[] gateway = HexFormat.of().parseHex(route); // little-endian
        return "%d.%d.%d.%d".formatted(gateway[3] & 0xff, gateway[2] & 0xff, gateway[1] & 0xff, gateway[0] & 0xff);
    }

    /** The name of the agent's pod on a node. */
    String agentOn(Node node) {
        return agents("{.items[0].metadata.name}", "--field-selector=spec.nodeName=" + node.name());
    }

    /** What an agent's pod counts, as it is scraped. */
    String metrics(String agent) {
        return kubectl("-n", SYSTEM, "exec", agent, "--", "curl", "-sS", "http://127.0.0.1:8081/metrics")
                .ok()
                .out();
    }

    /** Starts all agents anew, and waits until the new ones are ready. */
    void restartAgents() {
        kubectl("-n", SYSTEM, "rollout", "restart", "ds/cntr-agent").ok();
        awaitAgents();
    }

    /** Waits until each node has the agent that the DaemonSet wants, and no other. */
    void awaitAgents() {
        kubectl("-n", SYSTEM, "rollout", "status", "ds/cntr-agent", "--timeout=90s")
                .ok();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(agents("{range .items[*]}{.metadata.name} {end}")
                                .strip()
                                .split(" "))
                        .as("the agents before have gone")
                        .hasSize(nodes.size()));
    }

    /** What a template of kubectl makes of the agents' pods. */
    String agents(String jsonpath, String... selectors) {
        List<String> command = new ArrayList<>(List.of(
                "-n", SYSTEM, "get", "pods", "-l", "app.kubernetes.io/component=agent", "-o", "jsonpath=" + jsonpath));
        command.addAll(List.of(selectors));
        return kubectl(command.toArray(String[]::new)).ok().out();
    }

    Run kubectl(String... arguments) {
        return kubectlWith(new byte[0], arguments);
    }

    Run kubectlWith(byte[] stdin, String... arguments) {
        return Run.of(environment, stdin, PATIENCE, kubectlCommand(arguments));
    }

    List<String> kubectlCommand(String... arguments) {
        return command(tool("CNTR_KUBECTL", "kubectl"), arguments);
    }

    /** Applies a manifest. */
    void apply(String yaml) {
        kubectlWith(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8), "apply", "-f", "-")
                .ok();
    }

    /** What the TAB key gets behind {@code kubectl}, with all of the plugin on the PATH; the last word is being written. */
    Run complete(String... words) {
        Map<String, String> withPlugin = new HashMap<>(environment);
        withPlugin.put("PATH", REPO.resolve("dist/bin") + ":" + System.getenv("PATH"));
        List<String> command = new ArrayList<>(List.of(tool("CNTR_KUBECTL", "kubectl"), "__complete"));
        command.addAll(List.of(words));
        return Run.of(withPlugin, new byte[0], PATIENCE, command);
    }

    /** {@code kubectl-cntr} as a user's shell would start it, with an empty standard input. */
    Run cntr(String... arguments) {
        return cntrWith(new byte[0], arguments);
    }

    Run cntrWith(byte[] stdin, String... arguments) {
        return Run.of(environment, stdin, PATIENCE, cntrCommand(arguments));
    }

    List<String> cntrCommand(String... arguments) {
        return command(REPO.resolve("dist/bin/kubectl-cntr").toString(), arguments);
    }

    private static List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        return command;
    }

    static String tool(String variable, String name) {
        String path = System.getenv(variable);
        return path == null ? name : path;
    }

    /** Waits until a pod is Ready. */
    void awaitPod(String name) {
        kubectl("wait", "--for=condition=Ready", "pod/" + name, "--timeout=90s").ok();
    }

    /** Puts the images that dev/build made into a node's container runtime. */
    private static void loadImages(Node node) {
        String load = "docker save " + IMAGES + " | docker exec -i " + node.container()
                + " ctr -n k8s.io images import - >&2";
        Run.of(Map.of(), new byte[0], Duration.ofMinutes(4), List.of("bash", "-o", "pipefail", "-c", load))
                .ok();
    }

    /** Installs the chart, or upgrades what is installed, and waits until all of it is Ready. */
    Run install(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "upgrade",
                "--install",
                "cntr",
                REPO.resolve("charts/cntr").toString(),
                "--wait",
                "--timeout=3m",
                "--values",
                REPO.resolve("dev/values.yaml").toString()));
        arguments.addAll(List.of(options));
        return helm(arguments.toArray(String[]::new)).ok();
    }

    Run helm(String... arguments) {
        return Run.of(environment, new byte[0], Duration.ofMinutes(4), command(tool("CNTR_HELM", "helm"), arguments));
    }

    private static Cluster running() {
        String prefix = System.getenv("CNTR_E2E_CONTEXT");
        return new Cluster(
                Path.of(System.getenv("KUBECONFIG")),
                List.of(
                        new Node(prefix + "-server", prefix + "-server"),
                        new Node(prefix + "-worker", prefix + "-worker")),
                () -> {});
    }

    private static Cluster fresh() throws IOException {
        DockerImageName image = DockerImageName.parse(System.getProperty("cntr.node.image", "cntr-kube-node:v1.34.4"))
                .asCompatibleSubstituteFor("rancher/k3s");
        Network network = Network.newNetwork();
        K3sContainer server = new K3sContainer(image)
                .withNetwork(network)
                .withNetworkAliases("e2e-server")
                .withEnv("K3S_TOKEN", "e2e")
                .withCreateContainerCmdModifier(c -> c.withHostName("e2e-server"));
        // off in Kubernetes 1.34 unless asked for
        server.setCommand(Stream.concat(
                        Arrays.stream(server.getCommandParts()),
                        Stream.of(
                                "--kube-apiserver-arg=feature-gates=MutatingAdmissionPolicy=true",
                                "--kube-apiserver-arg=runtime-config=admissionregistration.k8s.io/v1beta1=true"))
                .toArray(String[]::new));
        GenericContainer<?> worker = new GenericContainer<>(image)
                .withNetwork(network)
                .withPrivilegedMode(true)
                .withFileSystemBind("/sys/fs/cgroup", "/sys/fs/cgroup", BindMode.READ_WRITE)
                .withTmpFs(Map.of("/run", "", "/var/run", ""))
                .withCreateContainerCmdModifier(
                        c -> Objects.requireNonNull(c.withHostName("e2e-worker").getHostConfig())
                                .withCgroupnsMode("host"))
                .withCommand("agent", "--server=https://e2e-server:6443", "--token=e2e")
                .waitingFor(Wait.forLogMessage(".*is Ready.*", 1).withStartupTimeout(Duration.ofMinutes(3)));
        Runnable stop = () -> {
            worker.stop();
            server.stop();
            network.close();
        };
        try {
            server.start();
            worker.start();
            Path kubeconfig = Files.createTempFile("cntr-e2e", ".kubeconfig");
            Files.writeString(kubeconfig, server.getKubeConfigYaml());
            Cluster cluster = new Cluster(
                    kubeconfig,
                    List.of(
                            new Node("e2e-server", server.getContainerId()),
                            new Node("e2e-worker", worker.getContainerId())),
                    () -> {
                        stop.run();
                        kubeconfig.toFile().delete();
                    });
            cluster.nodes.forEach(Cluster::loadImages);
            cluster.install();
            return cluster;
        } catch (RuntimeException | IOException | AssertionError e) {
            stop.run();
            throw e;
        }
    }

    @Override
    public void close() {
        stop.run();
    }

    /** Gives tests the cluster as a parameter; the first one starts it, the end of the run ends it. */
    static final class Extension implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Cluster.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot().getStore(Namespace.GLOBAL).computeIfAbsent(Cluster.class, _ -> start());
        }

        private static Cluster start() {
            try {
                return System.getenv("CNTR_E2E_CONTEXT") == null ? fresh() : running();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
