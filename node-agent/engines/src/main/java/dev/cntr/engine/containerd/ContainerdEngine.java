package dev.cntr.engine.containerd;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.Match;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.StoredImage;
import dev.cntr.engine.containerd.ContainerdProto.Container;
import dev.cntr.engine.containerd.ContainerdProto.Empty;
import dev.cntr.engine.containerd.ContainerdProto.GetContainerRequest;
import dev.cntr.engine.containerd.ContainerdProto.GetImageRequest;
import dev.cntr.engine.containerd.ContainerdProto.GetTaskRequest;
import dev.cntr.engine.containerd.ContainerdProto.ListContainersRequest;
import dev.cntr.engine.containerd.ContainerdProto.ListNamespacesRequest;
import dev.cntr.engine.containerd.ContainerdProto.ListTasksRequest;
import dev.cntr.engine.containerd.ContainerdProto.Namespace;
import dev.cntr.engine.containerd.ContainerdProto.Process;
import dev.cntr.engine.containerd.ContainerdProto.Status;
import dev.cntr.engine.cri.RuntimeChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * containerd's own containers, of every namespace. An id is unique only in its namespace: here it is
 * {@code NAMESPACE/ID}. A user may leave the namespace out, and give nerdctl's name instead of the id.
 */
public final class ContainerdEngine implements Engine {
    public static final String NAME = "containerd";

    /** The machine's, docker's own, and that of k3s. */
    private static final List<Path> CANDIDATES = List.of(
            Path.of("/run/containerd/containerd.sock"),
            Path.of("/run/docker/containerd/containerd.sock"),
            Path.of("/run/k3s/containerd/containerd.sock"));

    private static final String NERDCTL_NAME = "nerdctl/name";
    private static final Metadata.Key<String> NAMESPACE =
            Metadata.Key.of("containerd-namespace", Metadata.ASCII_STRING_MARSHALLER);

    private final RuntimeChannel channel;

    private ContainerdEngine(RuntimeChannel channel) {
        this.channel = channel;
    }

    /** The containerd on a socket. It is connected to at the first call. */
    public static ContainerdEngine on(Path socket) {
        return new ContainerdEngine(RuntimeChannel.on(socket));
    }

    /**
     * The one that containerd's own clients would ask, else the one at the first of the usual places.
     *
     * @param address the variable CONTAINERD_ADDRESS
     * @throws EngineException.Absent where there is none
     */
    public static ContainerdEngine of(@Nullable String address) {
        List<Path> candidates = address == null || address.isEmpty() ? CANDIDATES : List.of(Path.of(address));
        return on(candidates.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new EngineException.Absent("containerd is not installed or not running: none of "
                        + candidates.stream().map(Path::toString).collect(Collectors.joining(", ")) + " exists")));
    }

    @Override
    public String version() {
        return NAME + " "
                + channel.call(ContainerdCalls.VERSION, Empty.getDefaultInstance())
                        .getVersion();
    }

    @Override
    public RunningContainer running(String id) {
        int slash = id.indexOf('/');
        if (slash < 0) {
            throw new EngineException.NotFound(NAME, id);
        }
        Metadata namespace = header(id.substring(0, slash));
        String inNamespace = id.substring(slash + 1);
        Container container;
        try {
            GetContainerRequest request =
                    GetContainerRequest.newBuilder().setId(inNamespace).build();
            container =
                    channel.call(ContainerdCalls.CONTAINER, request, namespace).getContainer();
        } catch (StatusRuntimeException e) {
            throw notFound(id, e);
        }
        ContainerRef ref = ref(id, container);
        Process task = task(ref, inNamespace, namespace);
        if (task.getStatus() != Status.RUNNING) {
            throw new EngineException.NotRunning(
                    ref,
                    task.getStatus() == Status.STOPPED
                            ? "it exited with code " + task.getExitStatus()
                            : "it is " + word(task.getStatus()));
        }
        return new RunningContainer(
                ref, task.getPid(), container.getImage(), container.getLabelsMap(), spec(container));
    }

    private Process task(ContainerRef ref, String id, Metadata namespace) {
        try {
            GetTaskRequest request =
                    GetTaskRequest.newBuilder().setContainerId(id).build();
            return channel.call(ContainerdCalls.TASK, request, namespace).getProcess();
        } catch (StatusRuntimeException e) {
            if (RuntimeChannel.isNotFound(e)) {
                throw new EngineException.NotRunning(ref, "it has no task");
            }
            throw e;
        }
    }

    private static RuntimeException notFound(String id, StatusRuntimeException e) {
        return RuntimeChannel.isNotFound(e) ? new EngineException.NotFound(NAME, id) : e;
    }

    /** JSON, whatever its type is called: every runtime for Linux takes an OCI config. */
    private static Optional<String> spec(Container container) {
        String text = container.getSpec().getValue().toStringUtf8();
        return text.startsWith("{") ? Optional.of(text) : Optional.empty();
    }

    /** {@code NAMESPACE/ID}, {@code ID}, nerdctl's name, or the beginning of one of the first two. */
    @Override
    public RunningContainer find(String reference) {
        List<ListedContainer> all = list();
        ContainerRef ref;
        try {
            ref = Match.one(
                    NAME,
                    reference,
                    all,
                    (c, r) -> c.ref().name().equals(r) || inNamespace(c).equals(r));
        } catch (EngineException.NotFound e) {
            ref = Match.one(NAME, reference, all, (c, r) -> inNamespace(c).startsWith(r));
        }
        return running(ref.id());
    }

    private static String inNamespace(ListedContainer c) {
        return c.ref().id().substring(c.ref().id().indexOf('/') + 1);
    }

    @Override
    public List<ListedContainer> list() {
        List<ListedContainer> all = new ArrayList<>();
        for (Namespace n : channel.call(ContainerdCalls.NAMESPACES, ListNamespacesRequest.getDefaultInstance())
                .getNamespacesList()) {
            Metadata namespace = header(n.getName());
            Map<String, Process> tasks = channel
                    .call(ContainerdCalls.TASKS, ListTasksRequest.getDefaultInstance(), namespace)
                    .getTasksList()
                    .stream()
                    // containerd leaves container_id out of its list; id is that of the container
                    .collect(Collectors.toMap(Process::getId, Function.identity(), (a, b) -> a));
            for (Container c : channel.call(
                            ContainerdCalls.CONTAINERS, ListContainersRequest.getDefaultInstance(), namespace)
                    .getContainersList()) {
                all.add(listed(n.getName(), c, tasks.get(c.getId())));
            }
        }
        return all;
    }

    private static ListedContainer listed(String namespace, Container c, @Nullable Process task) {
        return new ListedContainer(
                ref(namespace + "/" + c.getId(), c),
                task != null && task.getStatus() == Status.RUNNING,
                task == null ? "created" : word(task.getStatus()),
                c.getImage());
    }

    private static ContainerRef ref(String id, Container c) {
        return new ContainerRef(NAME, id, c.getLabelsOrDefault(NERDCTL_NAME, c.getId()));
    }

    private static String word(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /**
     * An image, by the name that containerd has it under in any namespace; docker.io, library and latest may be left out.
     *
     * @return which closes this engine when it is closed
     * @throws EngineException.NotFound where it has none
     */
    public StoredImage image(String reference) {
        for (Namespace n : channel.call(ContainerdCalls.NAMESPACES, ListNamespacesRequest.getDefaultInstance())
                .getNamespacesList()) {
            for (String name : names(reference)) {
                try {
                    GetImageRequest request =
                            GetImageRequest.newBuilder().setName(name).build();
                    Metadata header = header(n.getName());
                    return new ContainerdImage(
                            channel,
                            header,
                            n.getName() + "/" + name,
                            channel.call(ContainerdCalls.IMAGE, request, header)
                                    .getImage()
                                    .getTarget());
                } catch (StatusRuntimeException e) {
                    continue; // it is not there
                }
            }
        }
        throw new EngineException.NotFound(NAME + " has no image " + reference + " in any namespace");
    }

    private static List<String> names(String reference) {
        String tagged = reference.matches(".*[:@][^/]*") ? reference : reference + ":latest";
        return List.of(reference, tagged, "docker.io/" + tagged, "docker.io/library/" + tagged).stream()
                .distinct()
                .toList();
    }

    static Metadata header(String namespace) {
        Metadata header = new Metadata();
        header.put(NAMESPACE, namespace);
        return header;
    }

    @Override
    public void close() {
        channel.close();
    }
}
