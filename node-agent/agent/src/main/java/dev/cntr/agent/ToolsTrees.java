package dev.cntr.agent;

import dev.cntr.api.DebugSession;
import dev.cntr.api.DebugSessionStatus;
import dev.cntr.api.ToolsSpec;
import dev.cntr.attach.tools.Tools;
import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.fuse.PassthroughMount;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.linux.proc.PinnedProcess;
import java.util.Objects;
import java.util.Optional;

/** Opens the trees of tools that sessions ask for. */
final class ToolsTrees {
    private final PassthroughMount own;
    private final TargetLookup targets;
    private final ImageTrees images;

    /**
     * Opens nothing yet.
     *
     * @param own the agent's own tools, served for all sessions; stays the caller's
     */
    ToolsTrees(PassthroughMount own, TargetLookup targets, ImageTrees images) {
        this.images = images;
        this.own = own;
        this.targets = targets;
    }

    /**
     * The tools of a session.
     *
     * @throws RuntimeException where there are none such; nothing is left then
     */
    SessionTools open(DebugSession session, DebugSessionStatus placed) {
        ToolsSpec tools = session.getSpec().tools();
        return switch (tools.source()) {
            case AGENT -> new SessionTools(own::cloneMount, Optional.empty(), () -> {});
            case CONTAINER ->
                ofContainer(session, placed, Objects.requireNonNull(tools.container(), "the schema demands it"));
            case IMAGE -> images.open(Objects.requireNonNull(tools.image(), "the schema demands it"));
        };
    }

    private SessionTools ofContainer(DebugSession session, DebugSessionStatus placed, String name) {
        PinnedProcess process = targets.find(session, placed, name).process();
        try {
            Tools tools = new ToolsSource.Container(process, "container " + name)
                    .open(TreeProvider.auto(), ToolsSource.Wishes.NONE);
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
