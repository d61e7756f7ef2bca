package dev.cntr.engine.containerd;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.MountableImage;
import dev.cntr.engine.NodeImages;
import dev.cntr.engine.RegistryLogin;
import dev.cntr.engine.containerd.ContainerdProto.Container;
import dev.cntr.engine.containerd.ContainerdProto.CreateRequest;
import dev.cntr.engine.containerd.ContainerdProto.DeleteRequest;
import dev.cntr.engine.containerd.ContainerdProto.GetContainerRequest;
import dev.cntr.engine.containerd.ContainerdProto.InfoRequest;
import dev.cntr.engine.containerd.ContainerdProto.Lease;
import dev.cntr.engine.containerd.ContainerdProto.ListRequest;
import dev.cntr.engine.containerd.ContainerdProto.ReadContentRequest;
import dev.cntr.engine.containerd.ContainerdProto.ReadContentResponse;
import dev.cntr.engine.containerd.ContainerdProto.RemoveSnapshotRequest;
import dev.cntr.engine.containerd.ContainerdProto.StatSnapshotRequest;
import dev.cntr.engine.containerd.ContainerdProto.ViewSnapshotRequest;
import dev.cntr.engine.cri.CriImages;
import dev.cntr.engine.cri.RuntimeChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The images of a node whose runtime is containerd. An image that is held is a read-only view of its snapshot under a lease, so that containerd
 * removes neither; the lease ends by itself a while after the longest session, should nobody be left to end it.
 *
 * @param cri the runtime's own way to images, on the socket on which containerd has its others
 * @param owner of the leases that are made here
 */
public record ContainerdImages(CriImages cri, String owner) implements NodeImages {
    /** Where the kubelet's containers and images are ({@code pkg/cri/constants} of containerd). */
    private static final String KUBERNETES = "k8s.io";

    /** How an image's configuration refers to its unpacked tree, with the snapshotter's name behind it ({@code docs/garbage-collection.md}). */
    private static final String SNAPSHOT = "containerd.io/gc.ref.snapshot.";

    private static final String EXPIRES = "containerd.io/gc.expire";
    private static final String SNAPSHOTTER = "cntr.dev/snapshotter";
    private static final String OWNER = "cntr.dev/owner";
    private static final String OURS = "cntr-tools-";
    private static final Metadata.Key<String> LEASE =
            Metadata.Key.of("containerd-lease", Metadata.ASCII_STRING_MARSHALLER);

    /** A session lives for a day at most, and joins a view that is not older than some hours. */
    private static final Duration LIFE = Duration.ofHours(48);

    private static final int LARGEST_CONFIGURATION = 8 << 20;

    @Override
    public String pulled(String reference, List<RegistryLogin> logins, Runnable pulls) {
        return cri.pulled(reference, logins, pulls);
    }

    @Override
    public MountableImage hold(String id, String reference) {
        Metadata header = ContainerdEngine.header(KUBERNETES);
        try {
            Map.Entry<String, String> snapshot = snapshot(id, reference, header);
            List<String> environment = ImageConfiguration.environment(read(id, header));
            return view(snapshot.getKey(), snapshot.getValue(), "image " + reference + " of containerd", environment);
        } catch (StatusRuntimeException e) {
            throw new EngineException.NotFound(
                    "containerd no longer has all of image " + reference + ", " + id + ": " + e.getStatus());
        } catch (IOException e) {
            throw new EngineException.Unsupported(
                    "the configuration of image " + reference + ", " + id + ", is not understood: " + e.getMessage(),
                    e);
        }
    }

    /** By the snapshot that the container writes to, whose parent is the image's tree. */
    @Override
    public MountableImage holdImageOf(String containerId) {
        Metadata header = ContainerdEngine.header(KUBERNETES);
        String description = "image of container " + containerId + " of containerd";
        try {
            Container container = channel()
                    .call(
                            ContainerdCalls.CONTAINER,
                            GetContainerRequest.newBuilder().setId(containerId).build(),
                            header)
                    .getContainer();
            StatSnapshotRequest own = StatSnapshotRequest.newBuilder()
                    .setSnapshotter(container.getSnapshotter())
                    .setKey(container.getSnapshotKey())
                    .build();
            String parent =
                    channel().call(ContainerdCalls.STAT, own, header).getInfo().getParent();
            return view(container.getSnapshotter(), parent, description, List.of());
        } catch (StatusRuntimeException e) {
            throw new EngineException.NotFound(
                    "containerd does not have all of the " + description + ": " + e.getStatus());
        }
    }

    /** A read-only view of a snapshot, under a lease of its own. */
    private MountableImage view(String snapshotter, String parent, String description, List<String> environment) {
        String key = lease(snapshotter);
        try {
            ViewSnapshotRequest view = ViewSnapshotRequest.newBuilder()
                    .setSnapshotter(snapshotter)
                    .setKey(key)
                    .setParent(parent)
                    .build();
            Metadata leased = ContainerdEngine.header(KUBERNETES);
            leased.put(LEASE, key);
            List<ContainerdProto.Mount> mounts =
                    channel().call(ContainerdCalls.VIEW, view, leased).getMountsList();
            return new MountableImage(
                    description,
                    environment,
                    SnapshotMounts.layers(mounts, description),
                    () -> release(snapshotter, key));
        } catch (RuntimeException e) {
            release(snapshotter, key);
            throw e;
        }
    }

    /** By the labels of the image's configuration: the snapshotter, and the name that it has the image's tree under. */
    private Map.Entry<String, String> snapshot(String id, String reference, Metadata header) {
        InfoRequest request = InfoRequest.newBuilder().setDigest(id).build();
        return channel().call(ContainerdCalls.INFO, request, header).getInfo().getLabelsMap().entrySet().stream()
                .filter(label -> label.getKey().startsWith(SNAPSHOT))
                .map(label -> Map.entry(label.getKey().substring(SNAPSHOT.length()), label.getValue()))
                .findFirst()
                .orElseThrow(() -> new EngineException.Unsupported(
                        "containerd has image " + reference + ", " + id
                                + ", but not unpacked by any snapshotter; a container that is run of it makes it so",
                        null));
    }

    private byte[] read(String digest, Metadata header) throws IOException {
        ReadContentRequest request =
                ReadContentRequest.newBuilder().setDigest(digest).build();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        Iterator<ReadContentResponse> answers = channel().stream(ContainerdCalls.READ, request, header);
        while (answers.hasNext()) {
            answers.next().getData().writeTo(whole);
            if (whole.size() > LARGEST_CONFIGURATION) {
                throw new IOException("it is longer than " + LARGEST_CONFIGURATION + " bytes");
            }
        }
        return whole.toByteArray();
    }

    /** Begins a lease, and gives its name. */
    private String lease(String snapshotter) {
        Instant end = Instant.now().plus(LIFE).truncatedTo(ChronoUnit.SECONDS);
        CreateRequest request = CreateRequest.newBuilder()
                .setId(OURS + UUID.randomUUID())
                .putLabels(EXPIRES, end.toString())
                .putLabels(SNAPSHOTTER, snapshotter)
                .putLabels(OWNER, owner)
                .build();
        channel().call(ContainerdCalls.LEASE, request, ContainerdEngine.header(KUBERNETES));
        return request.getId();
    }

    /** Removes a view and its lease; where it is gone already nothing happens. */
    private void release(String snapshotter, String key) {
        try {
            RemoveSnapshotRequest request = RemoveSnapshotRequest.newBuilder()
                    .setSnapshotter(snapshotter)
                    .setKey(key)
                    .build();
            channel().call(ContainerdCalls.REMOVE, request, ContainerdEngine.header(KUBERNETES));
        } catch (StatusRuntimeException _) {
            // NOT_FOUND: it was never made
        }
        try {
            DeleteRequest request = DeleteRequest.newBuilder().setId(key).build();
            channel().call(ContainerdCalls.END_LEASE, request, ContainerdEngine.header(KUBERNETES));
        } catch (StatusRuntimeException _) {
            // NOT_FOUND: it ended by itself
        }
    }

    @Override
    public void releaseLeftovers(Predicate<String> lives) {
        Metadata header = ContainerdEngine.header(KUBERNETES);
        for (Lease lease : channel()
                .call(ContainerdCalls.LEASES, ListRequest.getDefaultInstance(), header)
                .getLeasesList()) {
            if (lease.getId().startsWith(OURS) && !lives.test(lease.getLabelsOrDefault(OWNER, ""))) {
                release(lease.getLabelsOrDefault(SNAPSHOTTER, ""), lease.getId());
            }
        }
    }

    private RuntimeChannel channel() {
        return cri.channel();
    }
}
