package dev.cntr.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cntr.api.Condition;
import dev.cntr.api.ConditionType;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.Names;
import dev.cntr.protocol.ClientStream;
import dev.cntr.protocol.Ending;
import dev.cntr.protocol.Possession;
import dev.cntr.protocol.RelayRequest;
import dev.cntr.protocol.WindowSize;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@code cntr-operator selftest}, which {@code helm test} runs: makes a session for the very pod that it runs in, waits until an agent has
 * prepared it, attaches through the relay as a user would and runs {@code true}. The session is gone at the end, however that was.
 */
final class SelfTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(200);

    /**
     * Where it runs.
     *
     * @param namespace of its pod, and so of the session ({@code POD_NAMESPACE})
     * @param pod its pod, and the session's name ({@code POD_NAME})
     * @param user the name under which the API server knows it ({@code CNTR_USER})
     */
    record Place(String namespace, String pod, String user) {
        static Place of(Map<String, String> environment) {
            return new Place(
                    required(environment, "POD_NAMESPACE"),
                    required(environment, "POD_NAME"),
                    required(environment, "CNTR_USER"));
        }

        private static String required(Map<String, String> environment, String name) {
            String value = environment.get(name);
            if (value == null) {
                throw new IllegalArgumentException(
                        "the environment has no " + name + "; the self-test is a hook of the chart: run helm test");
            }
            return value;
        }
    }

    private final KubernetesClient client;
    private final Place place;
    private final PrintStream out;

    SelfTest(KubernetesClient client, Place place, PrintStream out) {
        this.client = client;
        this.place = place;
        this.out = out;
    }

    /** Returns whether all of it worked; what did not is printed. */
    boolean run() throws InterruptedException {
        Possession key = Possession.generate();
        Resource<DebugSession> session = client.resources(DebugSession.class)
                .inNamespace(place.namespace())
                .withName(place.pod());
        session.delete(); // of a test that was killed
        await(session, current -> current == null, "the session of an earlier test is gone");
        FreshRights.awaited(() -> client.resource(manifest(key)).create());
        try {
            say("session %s/%s is made, for this pod", place.namespace(), place.pod());
            DebugSession ready = await(session, SelfTest::decided, "an agent has prepared it");
            if (ready == null) {
                say("somebody has deleted the session");
                return false;
            }
            DebugSessionStatus status = ready.getStatus();
            if (!status.holds(ConditionType.READY)) {
                say(
                        "it failed: %s",
                        status.condition(ConditionType.READY)
                                .map(Condition::message)
                                .orElse("no reason"));
                return false;
            }
            say("it is Ready on node %s, by agent %s", status.nodeName(), status.agentPod());
            return attach(ready, key);
        } catch (IOException e) {
            say("the attach failed: %s", e.getMessage());
            return false;
        } finally {
            session.delete();
            await(session, current -> current == null, "the session is gone");
        }
    }

    private boolean attach(DebugSession session, Possession key) throws IOException {
        DebugSessionStatus status = session.getStatus();
        String[] relay = String.valueOf(status.relayPod()).split("/", 2);
        String[] command = new RelayRequest(place.namespace(), place.pod(), place.user())
                .command()
                .toArray(String[]::new);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (ExecWatch exec = client.pods()
                        .inNamespace(relay[0])
                        .withName(relay[1])
                        .inContainer(Names.RELAY)
                        .redirectingInput()
                        .redirectingOutput()
                        .redirectingError()
                        .exec(command);
                ClientStream stream = ClientStream.open(
                        exec.getOutput(),
                        exec.getInput(),
                        WindowSize.NONE,
                        key,
                        session.getMetadata().getUid(),
                        String.valueOf(status.podUID()))) {
            Ending ending = stream.run(null, printed, printed);
            say("true ended: %s %s", ending, printed.toString(UTF_8));
            return ending.equals(new Ending.Exited(0));
        }
    }

    private DebugSession manifest(Possession key) {
        return client.getKubernetesSerialization()
                .unmarshal(
                        """
                apiVersion: cntr.dev/v1alpha1
                kind: DebugSession
                metadata: {namespace: "%s", name: "%s"}
                spec:
                  target: {pod: "%s"}
                  process: {command: ["true"]}
                  attach: {publicKeys: ["%s"]}
                  ttl: 2m
                """.formatted(place.namespace(), place.pod(), place.pod(), key.publicKey()),
                        DebugSession.class);
    }

    private static boolean decided(@Nullable DebugSession session) {
        return session == null
                || session.getStatus().finished()
                || session.getStatus().holds(ConditionType.READY);
    }

    private @Nullable DebugSession await(
            Resource<DebugSession> session, Predicate<@Nullable DebugSession> wanted, String what)
            throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            DebugSession current = FreshRights.awaited(session::get);
            if (wanted.test(current)) {
                return current;
            }
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new OperatorException("waited %d s in vain until %s; see kubectl get dbg,events -n %s"
                        .formatted(PATIENCE.toSeconds(), what, place.namespace()));
            }
            Thread.sleep(POLL);
        }
    }

    private void say(String format, @Nullable Object... arguments) {
        out.println(format.formatted(arguments).stripTrailing());
    }
}
