package dev.cntr.agent;

import dev.cntr.attach.Command;
import dev.cntr.attach.DebugContainer;
import dev.cntr.fuse.PassthroughMount;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.terminal.WindowSize;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tree of the agent's own image, served as the tools of its sessions. */
final class OwnTools {
    private static final Logger log = LoggerFactory.getLogger(OwnTools.class);
    private static final WindowSize UNKNOWN = new WindowSize(0, 0);

    private OwnTools() {}

    /** Such as stay when the container is gone; empty, with the reason logged, where they cannot be had or a session cannot have them. */
    static Optional<PassthroughMount> lasting(AgentConfig config) {
        try {
            return Optional.of(serve(config, Lingering.tools(config.tools())));
        } catch (RuntimeException e) {
            log.warn(
                    "sessions end with this agent: tools without its container do not work on this node: {}",
                    AgentException.chain(e));
            return Optional.empty();
        }
    }

    /**
     * Serves a tree, and has tried a session with it.
     *
     * @throws RuntimeException where either fails; nothing is served then
     */
    static PassthroughMount serve(AgentConfig config, TreeOptions.Source tree) {
        TreeOptions own = TreeOptions.image(tree);
        PassthroughMount served = PassthroughMount.serve(
                config.toolsContext().map(own::withSeLinuxContext).orElse(own));
        try {
            warmUp(served);
            return served;
        } catch (RuntimeException e) {
            served.close();
            throw e;
        }
    }

    /**
     * A debug container beside the agent itself: proves that mounts, namespaces and programs work on this node before the
     * agent calls itself ready, and spares the first user the JVM's slow first time.
     */
    private static void warmUp(PassthroughMount tools) {
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
        log.info("self-test passed in {} ms", (System.nanoTime() - began) / 1_000_000);
    }
}
