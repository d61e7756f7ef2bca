package dev.cntr.operator;

import dev.cntr.api.ServerClock;
import dev.cntr.api.SessionEvents;
import dev.cntr.logging.Logging;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.Cloner;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator's program: one leader at work, the others warm beside it. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int THREADS = 16;

    /** Nothing here changes a session that it was given: a copy of each for each look at it would be by way of its text. */
    private static final Cloner SHARED = new Cloner() {
        @Override
        public <R extends HasMetadata> R clone(R object) {
            return object;
        }
    };

    private Main() {}

    /** The operator, until the process is told to end; with the one argument selftest or cleanup, a task of the chart's hooks. */
    public static void main(String[] arguments) throws InterruptedException {
        switch (String.join(" ", arguments)) {
            case "selftest" ->
                task(client -> new SelfTest(client, SelfTest.Place.of(System.getenv()), System.out).run());
            case "cleanup" -> task(client -> new CleanUp(client, System.out).run(CleanUp.PATIENCE));
            default -> {
                Logging.begin(arguments);
                serve();
            }
        }
    }

    @FunctionalInterface
    private interface Task {
        boolean run(KubernetesClient client) throws InterruptedException;
    }

    private static void task(Task task) throws InterruptedException {
        int code = 1;
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            code = task.run(client) ? 0 : 1;
        } catch (KubernetesClientException | OperatorException | IllegalArgumentException e) {
            System.out.println("failed: " + e.getMessage());
        }
        System.exit(code); // the client's threads need not stay
    }

    private static void serve() {
        Settings settings = Settings.of(System.getenv());
        OperatorMetrics metrics = new OperatorMetrics();
        ServerClock clock = new ServerClock();
        KubernetesClient client = new KubernetesClientBuilder()
                .withKubernetesSerialization(LeanJson.serialization())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("metrics", metrics.apiRequests())
                        .addOrReplaceInterceptor("clock", clock))
                .build();
        AtomicBoolean ending = new AtomicBoolean();
        Operator operator = operator(
                client,
                settings,
                Limits.DEFAULT,
                Optional.of(leaderElection(settings, ending, metrics)),
                metrics,
                clock);
        var runtime = operator.getRuntimeInfo();
        HealthServer health = HealthServer.start(
                settings.healthPort(),
                () -> !runtime.isStarted() || runtime.allEventSourcesAreHealthy(),
                () -> !ending.get() && runtime.isStarted() && runtime.allEventSourcesAreHealthy(),
                metrics::scrape);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            ending.set(true);
            operator.stop();
            Lease.release(client, settings);
            health.close();
            client.close();
        }));
        try {
            operator.start();
        } catch (RuntimeException e) {
            LOG.error("the operator cannot start; ending, the kubelet starts it again", e);
            Runtime.getRuntime().halt(1); // the library leaves threads that would keep the process
        }
        LOG.info(
                "started as {}: agents in {}, relays in {}",
                settings.identity(),
                settings.systemNamespace(),
                settings.relayNamespace());
    }

    /** The operator, not started; without an election it works alone. */
    static Operator operator(
            KubernetesClient client,
            Settings settings,
            Limits limits,
            Optional<LeaderElectionConfiguration> election,
            OperatorMetrics metrics,
            Clock clock) {
        Operator operator = new Operator(config -> {
            config.withKubernetesClient(client)
                    .withCloseClientOnStop(false)
                    .withMetrics(metrics)
                    .withResourceCloner(SHARED)
                    .withConcurrentReconciliationThreads(THREADS)
                    .withReconciliationTerminationTimeout(Duration.ofSeconds(5));
            election.ifPresent(config::withLeaderElectionConfiguration);
        });
        SessionEvents events = new SessionEvents(client, "cntr-operator", settings.identity(), clock);
        ApiSessions sessions = new ApiSessions(client, events);
        operator.register(
                new SessionReconciler(sessions, settings, limits, clock, metrics),
                config -> lean(config, LeanStore.ofSessions()));
        operator.register(
                new NodeSessionReconciler(
                        new SessionReconciler(sessions, settings, limits, clock, metrics), settings, metrics),
                config -> lean(config, LeanStore.ofNodeSessions()));
        return operator;
    }

    private static <S extends HasMetadata> void lean(ControllerConfigurationOverrider<S> config, LeanStore<S> store) {
        config.withItemStore(store)
                .withInformerListLimit(LeanStore.PAGE)
                .withGenericFilter(session -> {
                    LeanStore.lighten(session); // a deleted one waits for its turn without having been kept
                    return true;
                })
                .withRetry(new GenericRetry()
                        .setInitialInterval(100)
                        .setIntervalMultiplier(2)
                        .setMaxInterval(10_000)
                        .withoutMaxAttempts());
    }

    private static LeaderElectionConfiguration leaderElection(
            Settings settings, AtomicBoolean ending, OperatorMetrics metrics) {
        return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(Settings.LEASE)
                .withLeaseNamespace(settings.systemNamespace())
                .withIdentity(settings.identity())
                .withExitOnStopLeading(false)
                .withLeaderCallbacks(new LeaderCallbacks(
                        () -> {
                            metrics.leads(true);
                            LOG.info("leading as {}", settings.identity());
                        },
                        () -> {
                            metrics.leads(false);
                            // Two leaders must never work at once. Not exit: the hook would try to give a lease back
                            // that is another's.
                            if (!ending.get()) {
                                LOG.error(
                                        "lost the lease {}; ending, the kubelet starts a new follower", Settings.LEASE);
                                Runtime.getRuntime().halt(1);
                            }
                        },
                        leader -> LOG.info("the leader is {}", leader)))
                .build();
    }
}
