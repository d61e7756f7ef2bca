package dev.cntr.agent;

import dev.cntr.agent.recording.RecordingConfig;
import dev.cntr.agent.recording.RecordingStore;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.NodeDebugSession;
import dev.cntr.api.ServerClock;
import dev.cntr.api.SessionEvents;
import dev.cntr.attach.Command;
import dev.cntr.attach.DebugContainer;
import dev.cntr.attach.Elevation;
import dev.cntr.attach.Profile;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.NodeImages;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.engine.local.LocalImages;
import dev.cntr.fuse.PassthroughMount;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.linux.Fd;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.linux.terminal.WindowSize;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running agent: the tools' mount, the container runtime, the node's sessions, the relay's socket, the probes. */
final class Agent implements AutoCloseable, LiveSession.Preparation {
    private static final Logger log = LoggerFactory.getLogger(Agent.class);
    private static final String SELECTED_NODE = "status.nodeName";
    private static final WindowSize UNKNOWN = new WindowSize(0, 0);
    private static final Duration RESYNC = Duration.ofMinutes(10);

    private final PassthroughMount tools;
    private final CriEngine runtime;
    private final KubernetesClient client;
    private final TargetLookup targets;
    private final SessionLimits limits;
    private final ToolsTrees trees;
    private final DebugPolicies policies;
    private final SessionEvents events;
    private final SessionRecording.Policy recordings;
    private final Sessions sessions;
    private final RelayServer relay;
    private final SharedIndexInformer<DebugSession> informer;
    private final SharedIndexInformer<NodeDebugSession> nodeSessions;
    private final HealthServer health;
    private final Metrics metrics = new Metrics();
    private volatile boolean closing;

    private Agent(AgentConfig config) {
        TreeOptions own = TreeOptions.image(config.tools());
        tools = PassthroughMount.serve(
                config.toolsContext().map(own::withSeLinuxContext).orElse(own));
        log.info("tools of {}: {}", config.tools(), tools.report());
        metrics.tools(tools.report().dataPath());
        runtime = config.criSocket().map(CriEngine::on).orElseGet(CriEngine::find);
        limits = new SessionLimits(config.nodeName());
        limits.removeLeftovers();
        warmUp();
        ServerClock clock = new ServerClock();
        client = new KubernetesClientBuilder()
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("clock", clock))
                .build();
        targets = new TargetLookup(client, runtime, config.nodeName(), config.nodeSessions());
        NodeImages images = LocalImages.of(runtime);
        try {
            images.releaseLeftovers();
        } catch (EngineException e) {
            log.warn(
                    "images that an earlier agent held are let go by the runtime in its own time: {}",
                    AgentException.chain(e));
        }
        trees = new ToolsTrees(
                tools,
                config.toolsContext(),
                targets,
                images,
                new PullSecrets(client),
                new SharedTrees(Clock.systemUTC()));
        policies = new DebugPolicies(client, config.admissionPolicies());
        events = new SessionEvents(client, "cntr-agent", config.nodeName(), clock);
        Optional<RecordingStore> store = RecordingConfig.store(System.getenv(), Clock.systemUTC());
        recordings = new SessionRecording.Policy(store, config.recordsInput());
        sessions = new Sessions(this, new StatusWriter(client, events), recordings, metrics, clock);
        relay = new RelayServer(config.relaySocket(), sessions, metrics);
        informer = watch(config.nodeName(), client.resources(DebugSession.class).inAnyNamespace());
        informer.addEventHandler(new Reconciler<>(session -> session));
        nodeSessions = watch(config.nodeName(), client.resources(NodeDebugSession.class));
        nodeSessions.addEventHandler(new Reconciler<>(NodeDebugSession::asSession));
        health = new HealthServer(config.healthPort(), this::notReady, metrics);
        policies.start()
                .thenCompose(_ -> informer.start())
                .thenCompose(_ -> nodeSessions.start())
                .exceptionally(failure -> {
                    log.error(
                            "watching the sessions of node {} cannot begin: {}",
                            config.nodeName(),
                            AgentException.chain(failure));
                    return null;
                });
        log.info("agent of node {} serves {}", config.nodeName(), config.relaySocket());
    }

    /** The sessions that the operator has placed on this node; not started. */
    private static <S extends HasMetadata> SharedIndexInformer<S> watch(
            String node, FilterWatchListDeletable<S, ?, Resource<S>> sessions) {
        SharedIndexInformer<S> informer =
                sessions.withField(SELECTED_NODE, node).runnableInformer(RESYNC.toMillis());
        informer.exceptionHandler((_, failure) -> {
            log.warn("watching the sessions of node {} failed: {}", node, AgentException.chain(failure));
            return true;
        });
        return informer;
    }

    /** Starts all parts, or none. */
    static Agent start(AgentConfig config) {
        return new Agent(config);
    }

    /**
     * A debug container beside the agent itself: proves that mounts, namespaces and programs work on this node before the
     * agent calls itself ready, and spares the first user the JVM's slow first time.
     */
    private void warmUp() {
        long began = System.nanoTime();
        for (int i = 0; i < 3; i++) {
            try (PinnedProcess self =
                            PinnedProcess.open((int) ProcessHandle.current().pid());
                    DebugContainer container = DebugContainer.create(
                            self, tools.cloneMount(), new Command(List.of("true"), Map.of(), false, UNKNOWN))) {
                container.start();
                int code = container.exit().join().code();
                if (code != 0) {
                    throw new AgentException("the self-test's debug container ended with exit code " + code);
                }
            }
        }
        runtime.version();
        log.info("self-test passed in {} ms", (System.nanoTime() - began) / 1_000_000);
    }

    private Optional<String> notReady() {
        if (closing) {
            return Optional.of("the agent is being stopped");
        }
        if (!informer.hasSynced() || !nodeSessions.hasSynced()) {
            return Optional.of("the sessions of this node are not known yet");
        }
        try {
            runtime.checkReady();
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(AgentException.chain(e));
        }
    }

    @Override
    public FoundTarget find(DebugSession session, DebugSessionStatus placed) {
        policies.check(session);
        return targets.find(session, placed);
    }

    @Override
    public Optional<FoundTarget> awaitStart(
            DebugSession session, DebugSessionStatus placed, Runnable begun, BooleanSupplier over) {
        policies.check(session);
        return targets.awaitStart(session, placed, begun, over);
    }

    @Override
    public void release(DebugSession session) {
        targets.release(session);
    }

    @Override
    public Prepared create(FoundTarget target, DebugSession session) {
        DebugSessionSpec.DebugProcess process = session.getSpec().process();
        Map<String, String> environment = process.env().stream()
                .collect(Collectors.toMap(DebugSessionSpec.Variable::name, DebugSessionSpec.Variable::value));
        Command command = new Command(process.command(), environment, process.tty(), UNKNOWN)
                .madeBy(target.runtimeSpec())
                .elevated(elevation(process.profile()));
        Command limited = limits.of(session, target).map(command::limited).orElse(command);
        SessionTools opened = trees.open(session, session.getStatus());
        try {
            Fd root = opened.mount().get();
            return new Prepared(DebugContainer.create(target.process(), root, opened.within(limited)), opened);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private static Elevation elevation(DebugSessionSpec.DebugProcess.Profile profile) {
        Profile raised = switch (profile) {
            case TARGET -> Profile.TARGET;
            case GENERAL -> Profile.GENERAL;
            case NET_ADMIN -> Profile.NETADMIN;
            case SYS_ADMIN -> Profile.SYSADMIN;
        };
        return new Elevation(raised, Optional.empty(), Capabilities.NONE, false);
    }

    @Override
    public void close() {
        closing = true; // the operator places nothing here any more
        log.info("stopping: {} sessions", sessions.count());
        informer.stop();
        nodeSessions.stop();
        policies.close();
        relay.close();
        sessions.close();
        recordings.store().ifPresent(RecordingStore::close);
        events.close();
        client.close();
        runtime.close();
        tools.close();
        health.close();
    }

    /**
     * Tells of changes of sessions of a kind.
     *
     * @param session what one is to all others here
     */
    private final class Reconciler<S> implements ResourceEventHandler<S> {
        private final Function<S, DebugSession> session;

        Reconciler(Function<S, DebugSession> session) {
            this.session = session;
        }

        @Override
        public void onAdd(S added) {
            sessions.reconcile(session.apply(added));
        }

        @Override
        public void onUpdate(S old, S updated) {
            sessions.reconcile(session.apply(updated));
        }

        @Override
        public void onDelete(S deleted, boolean unknownFinalState) {
            sessions.forget(session.apply(deleted));
        }
    }
}
