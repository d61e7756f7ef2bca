package dev.cntr.agent;

import dev.cntr.agent.recording.RecordingConfig;
import dev.cntr.agent.recording.RecordingStore;
import dev.cntr.agent.retired.Place;
import dev.cntr.agent.retired.RetiredAgents;
import dev.cntr.agent.retired.RetiredName;
import dev.cntr.agent.retired.Retirement;
import dev.cntr.agent.retired.Surroundings;
import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionSpec;
import dev.cntr.api.DebugSessionStatus;
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
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.ProxySelector;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running agent: the tools' mount, the container runtime, the node's sessions, the relay's socket, the probes. */
final class Agent implements AutoCloseable, Preparation {
    private static final Logger log = LoggerFactory.getLogger(Agent.class);
    private static final WindowSize UNKNOWN = new WindowSize(0, 0);

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
    private final HealthServer health;
    private final Metrics metrics = new Metrics();
    private final AgentConfig config;
    private final NodeImages images;
    /** This agent's among all that the node has or had. */
    private final String name = RetiredName.of(ProcessHandle.current()).toString();

    private final Surroundings surroundings = new Surroundings();
    private final Optional<Lingering> lingering;
    private final RetiredAgents predecessors;
    private RelayServer relay;
    private volatile Watches watches;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean closing;
    /** Lets go the image of a container that this agent has left. */
    private volatile Runnable ownImage = () -> {};

    private Agent(AgentConfig config) {
        this.config = config;
        ProxySelector.setDefault(surroundings.proxies());
        Optional<Lingering> asked = Lingering.of(config);
        Optional<PassthroughMount> lasting = asked.flatMap(_ -> OwnTools.lasting(config));
        lingering = asked.filter(_ -> lasting.isPresent());
        tools = lasting.orElseGet(() -> OwnTools.serve(config, new TreeOptions.Source.MountAt(config.tools())));
        log.info("tools of {}: {}", config.tools(), tools.report());
        metrics.tools(tools.report().dataPath());
        runtime = config.criSocket().map(CriEngine::on).orElseGet(CriEngine::find);
        runtime.version();
        limits = new SessionLimits(config.nodeName());
        ServerClock clock = new ServerClock();
        client = surroundings.client(clock);
        targets = new TargetLookup(client, runtime, config.nodeName(), config.nodeSessions());
        images = LocalImages.of(runtime, name);
        trees = new ToolsTrees(
                tools,
                config.toolsContext(),
                targets,
                images,
                new PullSecrets(client),
                new SharedTrees(Clock.systemUTC()));
        policies = new DebugPolicies(client, config.admissionPolicies());
        events = new SessionEvents(client, "cntr-agent", config.nodeName(), clock);
        StatusWriter statuses = new StatusWriter(client, events);
        LateRecordings late = new LateRecordings(this::knownSessions, statuses, clock);
        Optional<RecordingStore> store = RecordingConfig.store(System.getenv(), Clock.systemUTC(), late);
        recordings = new SessionRecording.Policy(store, config.recordsInput());
        predecessors = new RetiredAgents(
                Place.beside(config.relaySocket()),
                Lingering.cgroups(config),
                name,
                config.mostRetired(),
                metrics::count,
                this::retiredAgentEnded);
        metrics.retired(predecessors::count, predecessors::sessions);
        sessions = new Sessions(this, statuses, recordings, metrics, predecessors::hold, clock);
        watches = new Watches(client, config.nodeName(), sessions);
        removeLeftovers();
        relay = new RelayServer(config.relaySocket(), "rw-rw-rw-", sessions, predecessors::relay, metrics);
        health = new HealthServer(config.healthPort(), this::notReady, metrics);
        policies.start().thenCompose(_ -> watches.start()).exceptionally(failure -> {
            log.error(
                    "watching the sessions of node {} cannot begin: {}",
                    config.nodeName(),
                    AgentException.chain(failure));
            return null;
        });
        log.info("agent of node {} serves {}", config.nodeName(), config.relaySocket());
    }

    /** Of agents and retired agents that are no more. Nobody knows what is one's that does not answer. */
    private void removeLeftovers() {
        if (!predecessors.known()) {
            log.warn("what earlier agents have left stays for now: a retired agent does not say what is its own");
            return;
        }
        limits.removeLeftovers(uid -> sessions.has(uid) || predecessors.hold(uid));
        try {
            images.releaseLeftovers(predecessors::live);
        } catch (EngineException e) {
            log.warn(
                    "images that an earlier agent held are let go by the runtime in its own time: {}",
                    AgentException.chain(e));
        }
    }

    /** What it has left, where it was killed, and its sessions that are not over are nobody's now. */
    private void retiredAgentEnded() {
        if (watches == null) {
            return; // this agent has yet to look for both
        }
        removeLeftovers();
        knownSessions().ifPresent(known -> known.forEach(sessions::reconcile));
    }

    private Optional<List<DebugSession>> knownSessions() {
        return Optional.ofNullable(watches).filter(Watches::synced).map(Watches::all);
    }

    /** Starts all parts, or none. */
    static Agent start(AgentConfig config) {
        return new Agent(config);
    }

    private Optional<String> notReady() {
        if (closing) {
            return Optional.of("the agent is being stopped");
        }
        if (!watches.synced()) {
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
    public Prepared create(FoundTarget target, DebugSession session, Runnable pulls) {
        DebugSessionSpec.DebugProcess process = session.getSpec().process();
        Map<String, String> environment = process.env().stream()
                .collect(Collectors.toMap(DebugSessionSpec.Variable::name, DebugSessionSpec.Variable::value));
        Command command = new Command(process.command(), environment, process.tty(), UNKNOWN)
                .madeBy(target.runtimeSpec())
                .elevated(elevation(process.profile()));
        Command limited = limits.of(session, target).map(command::limited).orElse(command);
        SessionTools opened = trees.open(session, session.getStatus(), pulls);
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

    /**
     * Ends this agent: at once with its sessions, or after them where it can go on without its pod.
     *
     * @param toldAgain whether it was told to end once more since the last time this was asked
     */
    void stop(BooleanSupplier toldAgain) throws InterruptedException {
        closing = true; // the operator places nothing here any more
        log.info("stopping: {} sessions", sessions.count());
        watches.close();
        policies.close();
        relay.close();
        if (lingering.isPresent() && sessions.count() > 0) {
            linger(lingering.get(), toldAgain);
        }
        close();
    }

    private void linger(Lingering how, BooleanSupplier toldAgain) throws InterruptedException {
        sessions.retire();
        Optional<Lingering.Retired> begun = how.retire(name, sessions::held, metrics.handOn(), new Successor());
        if (begun.isEmpty()) {
            return;
        }
        ownImage = how.holdImage(runtime, images);
        try (Lingering.Retired retired = begun.get()) {
            surroundings.lose();
            relay = new RelayServer(
                    how.place().relay(retired.name()), "rw-------", sessions, (_, _) -> Optional.empty(), metrics);
            log.info(
                    "{} sessions go on without this pod, in process {}; what is logged of them is in the next agent's log",
                    sessions.count(),
                    ProcessHandle.current().pid());
            health.close();
            predecessors.close();
            how.leave(retired);
            while (toldAgain.getAsBoolean()) {
                // to end with the pod: passed on by the supervisor, which is gone now
            }
            awaitEnd(retired, how.patience(), toldAgain);
            close();
        } catch (IOException | RuntimeException e) {
            log.error("sessions end with this agent: {}", AgentException.chain(e), e);
        }
    }

    private void awaitEnd(Lingering.Retired retired, Duration patience, BooleanSupplier toldAgain)
            throws InterruptedException {
        AtomicBoolean told = new AtomicBoolean();
        BooleanSupplier over = () -> {
            told.set(toldAgain.getAsBoolean());
            return told.get() || sessions.count() == 0;
        };
        if (!retired.retirement().await(over, patience)) {
            log.warn("no agent has served this node for {} s: {} sessions end", patience.toSeconds(), sessions.count());
        } else if (told.get()) {
            log.info("told to end: {} sessions end", sessions.count());
        }
    }

    /** The agent after this one, when this one is retired. */
    private final class Successor implements Retirement.Successor {
        @Override
        public void came(PinnedProcess agent) {
            surroundings.lend(agent);
            watches.close(); // its connections were of another network
            Watches anew = new Watches(client, config.nodeName(), sessions);
            watches = anew;
            anew.start()
                    .thenRun(() -> sessions.endAllBut(anew.all().stream()
                            .map(session -> session.getMetadata().getUid())
                            .collect(Collectors.toSet())))
                    .exceptionally(failure -> {
                        log.error(
                                "watching the sessions of node {} cannot begin: {}",
                                config.nodeName(),
                                AgentException.chain(failure));
                        return null;
                    });
        }

        @Override
        public void left() {
            surroundings.giveBack();
        }
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        watches.close();
        relay.close();
        sessions.close();
        recordings.store().ifPresent(RecordingStore::close);
        events.close();
        client.close();
        tools.close();
        ownImage.run();
        runtime.close();
        health.close();
        predecessors.close();
        surroundings.close();
    }
}
