package dev.cntr.agent;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.ToolsSpec;
import dev.cntr.attach.tools.Tools;
import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.engine.MountableImage;
import dev.cntr.engine.NodeImages;
import dev.cntr.fuse.PassthroughMount;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.proc.PinnedProcess;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Opens the trees of tools that sessions ask for. */
final class ToolsTrees {
    /** The machine's first process: it sees the machine as the runtime does, a container sees it differently. */
    private static final int INIT = 1;

    private final PassthroughMount own;
    private final Optional<String> seLinuxContext;
    private final TargetLookup targets;
    private final NodeImages images;
    private final PullSecrets secrets;
    private final SharedTrees shared;

    /**
     * Opens nothing yet.
     *
     * @param own the agent's own tools, served for all sessions; stays the caller's
     * @param seLinuxContext of the files of all others
     */
    ToolsTrees(
            PassthroughMount own,
            Optional<String> seLinuxContext,
            TargetLookup targets,
            NodeImages images,
            PullSecrets secrets,
            SharedTrees shared) {
        this.seLinuxContext = seLinuxContext;
        this.shared = shared;
        this.secrets = secrets;
        this.images = images;
        this.own = own;
        this.targets = targets;
    }

    /**
     * The tools of a session.
     *
     * @throws RuntimeException where there are none such; nothing is left then
     */
    SessionTools open(DebugSession session, DebugSessionStatus placed, Runnable pulls) {
        ToolsSpec tools = session.getSpec().tools();
        return switch (tools.source()) {
            case AGENT -> new SessionTools(own::cloneMount, Optional.empty(), () -> {});
            case CONTAINER ->
                ofContainer(session, placed, Objects.requireNonNull(tools.container(), "the schema demands it"));
            case IMAGE ->
                ofImage(
                        session.getMetadata().getNamespace(),
                        Objects.requireNonNull(tools.image(), "the schema demands it"),
                        tools.pullSecretNames(),
                        pulls);
            case HOST -> shared.open("the node", this::ofNode);
        };
    }

    /** Pulled where the node does not have it; that may take minutes. */
    private SessionTools ofImage(String namespace, String reference, List<String> secretNames, Runnable pulls) {
        String id = images.pulled(reference, secrets.logins(namespace, secretNames, reference), pulls);
        return shared.open("image " + id, () -> {
            MountableImage image = images.hold(id, reference);
            try (PinnedProcess init = PinnedProcess.open(INIT)) {
                return new ToolsSource.Layers(image, init).open(TreeProvider.auto(), without(List.of()));
            }
        });
    }

    /** With all that is mounted below its root: /usr may be a file system of its own. */
    private Tools ofNode() {
        try (PinnedProcess init = PinnedProcess.open(INIT)) {
            return new ToolsSource.Container(init, "the node", Mount.Extent.TREE)
                    .open(TreeProvider.auto(), without(TreeOptions.SECRETS_OF_A_NODE));
        }
    }

    private ToolsSource.Wishes without(List<String> hidden) {
        return new ToolsSource.Wishes(Optional.empty(), hidden, false, Optional.empty(), seLinuxContext);
    }

    private SessionTools ofContainer(DebugSession session, DebugSessionStatus placed, String name) {
        PinnedProcess process = targets.find(session, placed, name).process();
        try {
            Tools tools = new ToolsSource.Container(process, "container " + name)
                    .open(TreeProvider.auto(), without(List.of()));
            return new SessionTools(tools::cloneMount, tools.path(), () -> {
                tools.close();
                process.close();
            });
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }
}
