package dev.cntr.engine.cri;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.Match;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.cri.CriProto.Container;
import dev.cntr.engine.cri.CriProto.ContainerFilter;
import dev.cntr.engine.cri.CriProto.ContainerState;
import dev.cntr.engine.cri.CriProto.ContainerStatus;
import dev.cntr.engine.cri.CriProto.ContainerStatusRequest;
import dev.cntr.engine.cri.CriProto.ContainerStatusResponse;
import dev.cntr.engine.cri.CriProto.ListContainersRequest;
import dev.cntr.engine.cri.CriProto.StatusRequest;
import dev.cntr.engine.cri.CriProto.VersionRequest;
import dev.cntr.engine.cri.CriProto.VersionResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The container runtime of a Kubernetes node. */
public final class CriEngine implements Engine {
    public static final String NAME = "cri";

    /** The state of a container that was made and not started yet. */
    static final String CREATED = "created";

    private static final String RUNTIME_READY = "RuntimeReady";

    private final RuntimeChannel channel;

    private CriEngine(RuntimeChannel channel) {
        this.channel = channel;
    }

    /** The runtime on a socket. It is connected to at the first call. */
    public static CriEngine on(Path socket) {
        return on(socket, RuntimeChannel.DEADLINE);
    }

    static CriEngine on(Path socket, Duration deadline) {
        return new CriEngine(new RuntimeChannel(socket, deadline));
    }

    /**
     * The runtime at one of the usual places.
     *
     * @throws EngineException.Absent where there is none
     */
    public static CriEngine find() {
        return on(CriSocket.find(CriSocket.CANDIDATES));
    }

    /**
     * The one that crictl would ask, else the one at one of the usual places.
     *
     * @param endpoint the variable CONTAINER_RUNTIME_ENDPOINT
     * @throws EngineException.Absent where there is none
     * @throws EngineException.Unsupported where that is no unix socket
     */
    public static CriEngine of(@Nullable String endpoint) {
        return endpoint == null || endpoint.isEmpty() ? find() : on(CriSocket.find(List.of(CriSocket.of(endpoint))));
    }

    /** Its images. */
    public CriImages images() {
        return new CriImages(channel);
    }

    @Override
    public String version() {
        VersionResponse v = channel.call(CriCalls.VERSION, VersionRequest.getDefaultInstance());
        return v.getRuntimeName() + " " + v.getRuntimeVersion();
    }

    /** Whether a version is one of CRI-O. */
    public static boolean isCrio(String version) {
        return version.startsWith("cri-o ");
    }

    /**
     * Makes sure that the runtime itself says it is ready. Its network is not asked about: attaching needs none.
     *
     * @throws EngineException.Unreachable with the runtime's own reason
     */
    public void checkReady() {
        var status = channel.call(CriCalls.STATUS, StatusRequest.getDefaultInstance())
                .getStatus();
        for (CriProto.RuntimeCondition c : status.getConditionsList()) {
            if (c.getType().equals(RUNTIME_READY) && !c.getStatus()) {
                throw new EngineException.Unreachable(
                        "the container runtime is not ready: " + c.getReason() + " " + c.getMessage(), null);
            }
        }
    }

    @Override
    public RunningContainer running(String id) {
        ContainerStatusResponse response = status(id);
        ContainerStatus status = response.getStatus();
        ContainerRef ref = ref(id, status.getLabelsMap(), status.getMetadata().getName());
        if (status.getState() != ContainerState.CONTAINER_RUNNING) {
            throw new EngineException.NotRunning(ref, state(status));
        }
        ContainerInfo info = info(ref, response.getInfoMap());
        return new RunningContainer(ref, pid(ref, info), image(status), status.getLabelsMap(), info.runtimeSpec());
    }

    /**
     * The init process of a container that CRI-O has made, whether it was started yet or not; other runtimes make it only then.
     *
     * @throws EngineException.NotFound where there is no such container
     */
    int createdPid(String id) {
        ContainerStatusResponse response = status(id);
        ContainerStatus status = response.getStatus();
        ContainerRef ref = ref(id, status.getLabelsMap(), status.getMetadata().getName());
        return pid(ref, info(ref, response.getInfoMap()));
    }

    private ContainerStatusResponse status(String id) {
        ContainerStatusRequest request = ContainerStatusRequest.newBuilder()
                .setContainerId(id)
                .setVerbose(true)
                .build();
        ContainerStatusResponse response;
        try {
            response = channel.call(CriCalls.CONTAINER_STATUS, request);
        } catch (StatusRuntimeException e) {
            throw notFound(id, e);
        }
        if (!response.getStatus().getId().equals(id)) {
            throw new EngineException.NotFound(NAME, id); // the runtime takes the beginning of an id as well
        }
        return response;
    }

    private static int pid(ContainerRef ref, ContainerInfo info) {
        return info.pid()
                .orElseThrow(() -> new EngineException.Unsupported(
                        "the container runtime does not tell the pid of " + ref
                                + ": its verbose ContainerStatus has no info.pid (containerd and CRI-O have)",
                        null));
    }

    private static RuntimeException notFound(String reference, StatusRuntimeException e) {
        return RuntimeChannel.isNotFound(e) ? new EngineException.NotFound(NAME, reference) : e;
    }

    private static ContainerInfo info(ContainerRef ref, Map<String, String> info) {
        String json = info.get("info");
        if (json == null) {
            return ContainerInfo.NOTHING;
        }
        try {
            return ContainerInfo.parse(json);
        } catch (IOException e) {
            throw new EngineException.Unsupported(
                    "the container runtime's verbose ContainerStatus of " + ref + " is not understood: "
                            + e.getMessage(),
                    e);
        }
    }

    private static String image(ContainerStatus status) {
        String asked = status.getImage().getImage();
        return asked.isEmpty() ? status.getImageRef() : asked;
    }

    private static String state(ContainerStatus s) {
        return switch (s.getState()) {
            case CONTAINER_CREATED -> "it is created, but not started yet";
            case CONTAINER_EXITED ->
                "it exited with code " + s.getExitCode() + (s.getReason().isEmpty() ? "" : " (" + s.getReason() + ")");
            case CONTAINER_RUNNING, CONTAINER_UNKNOWN, UNRECOGNIZED -> "its state is unknown to the runtime";
        };
    }

    /** By id, as {@code POD/CONTAINER} or {@code NAMESPACE/POD/CONTAINER}, by the beginning of an id. */
    @Override
    public RunningContainer find(String reference) {
        return running(Match.one(NAME, reference, list(), CriEngine::named).id());
    }

    private static boolean named(ListedContainer c, String reference) {
        String name = c.ref().name();
        return name.equals(reference) || (reference.contains("/") && name.endsWith("/" + reference));
    }

    @Override
    public List<ListedContainer> list() {
        return containers().stream().map(CriEngine::listed).collect(Collectors.toList());
    }

    private static ListedContainer listed(Container c) {
        return new ListedContainer(
                ref(c),
                c.getState() == ContainerState.CONTAINER_RUNNING,
                word(c.getState()),
                c.getImage().getImage());
    }

    private static String word(ContainerState state) {
        return switch (state) {
            case CONTAINER_CREATED -> CREATED;
            case CONTAINER_RUNNING -> "running";
            case CONTAINER_EXITED -> "exited";
            case CONTAINER_UNKNOWN, UNRECOGNIZED -> "unknown";
        };
    }

    /** Where it listens. */
    public Path socket() {
        return channel.socket();
    }

    /** The containers that the runtime has of one container of a pod, one for each of its starts that is not forgotten yet, running or not. */
    public List<ListedContainer> startsOf(String podUid, String container) {
        return containers(ContainerFilter.newBuilder()
                        .putAllLabelSelector(PodContainer.selector(podUid, container))
                        .build())
                .stream()
                .map(CriEngine::listed)
                .toList();
    }

    private List<Container> containers() {
        return containers(ContainerFilter.getDefaultInstance());
    }

    private List<Container> containers(ContainerFilter filter) {
        ListContainersRequest request =
                ListContainersRequest.newBuilder().setFilter(filter).build();
        return channel.call(CriCalls.LIST_CONTAINERS, request).getContainersList();
    }

    private static ContainerRef ref(Container c) {
        return ref(c.getId(), c.getLabelsMap(), c.getMetadata().getName());
    }

    private static ContainerRef ref(String id, Map<String, String> labels, String name) {
        return new ContainerRef(
                NAME, id, PodContainer.of(labels).map(PodContainer::name).orElse(name));
    }

    @Override
    public void close() {
        channel.close();
    }
}
