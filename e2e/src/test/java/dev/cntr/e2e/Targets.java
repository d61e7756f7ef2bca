package dev.cntr.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The pods that tests attach to (targets.yaml), made anew by a test class so that each begins with untouched ones. */
final class Targets {
    static final String ON_SERVER = "scratch-server";
    static final String ON_WORKER = "scratch-worker";
    static final String SHELL = "shell";
    static final String FINISHED = "finished";

    private Targets() {}

    static void apply(Cluster cluster) {
        String yaml;
        try (InputStream in = Objects.requireNonNull(Targets.class.getResourceAsStream("targets.yaml"))) {
            yaml = new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cluster.apply(yaml.replace("SERVER", cluster.nodes().getFirst().name())
                .replace("WORKER", cluster.nodes().getLast().name()));
        cluster.awaitPod(ON_SERVER);
        cluster.awaitPod(ON_WORKER);
        cluster.awaitPod(SHELL);
        cluster.kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/" + FINISHED, "--timeout=90s")
                .ok();
    }

    /** A pod of a namespace with one container {@code app}, busybox that sleeps. */
    static void sleeper(Cluster cluster, String namespace, String name, Cluster.Node node) {
        sleeper(cluster, namespace, name, node, "");
    }

    /** Such a pod whose container has more to it, as fields of YAML's flow style: {@code resources: {limits: {cpu: "1"}}}. */
    static void sleeper(Cluster cluster, String namespace, String name, Cluster.Node node, String more) {
        pod(cluster, namespace, name, node, "command: [sleep, \"1000000\"]", more);
    }

    /** A pod of a namespace with one container {@code app}, busybox that runs a script; what it writes into {@code /data} stays when it ends. */
    static void script(Cluster cluster, String namespace, String name, Cluster.Node node, String script) {
        pod(
                cluster,
                namespace,
                name,
                node,
                "command: [sh, -c, \"" + script + "\"]",
                "volumeMounts: [{name: data, mountPath: /data}]");
    }

    private static void pod(
            Cluster cluster, String namespace, String name, Cluster.Node node, String command, String more) {
        cluster.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s, labels: {app: %s}}
                spec:
                  nodeName: %s
                  automountServiceAccountToken: false
                  terminationGracePeriodSeconds: 0
                  containers: [{name: app, image: "busybox:test", imagePullPolicy: Never, %s%s}]
                  volumes: [{name: data, emptyDir: {}}]
                """.formatted(
                        name,
                        namespace,
                        name.replaceFirst("-[0-9]+$", ""),
                        node.name(),
                        command,
                        more.isEmpty() ? "" : ", " + more));
    }
}
