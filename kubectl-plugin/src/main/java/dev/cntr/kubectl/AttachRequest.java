package dev.cntr.kubectl;

import dev.cntr.api.DebugSessionSpec.DebugProcess.Profile;
import dev.cntr.api.DebugSessionSpec.Recording;
import dev.cntr.api.DebugSessionSpec.Variable;
import dev.cntr.api.Resources;
import dev.cntr.api.ToolsSpec;
import dev.cntr.kubectl.cluster.ClusterOptions;
import dev.cntr.kubectl.cluster.Target;
import dev.cntr.protocol.DetachKeys;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code kubectl cntr attach} was asked for, with all defaults decided.
 *
 * @param container null for the pod's default
 * @param waitForStart whether the container's next start is waited for
 * @param hold whether the container is stopped at that start
 * @param command empty for a shell
 * @param stdin whether standard input is sent
 * @param tty whether the command gets a terminal
 * @param env variables beside the target's
 * @param profile what it may do beyond the target
 * @param tools what becomes its root
 * @param resources limits of the session's own; null to be limited with the container
 * @param ttl null for the cluster's default
 * @param idleTimeout null for as long as the session lives
 * @param detach whether the session is left at once
 * @param detachKeys by which the user leaves it
 * @param reconnect for how long the session goes on when its connection breaks, and that is made again; zero for not at all
 * @param timeout how long to wait for the agent
 */
record AttachRequest(
        ClusterOptions cluster,
        Target target,
        @Nullable String container,
        boolean waitForStart,
        boolean hold,
        List<String> command,
        boolean stdin,
        boolean tty,
        List<Variable> env,
        Profile profile,
        ToolsSpec tools,
        @Nullable Resources resources,
        @Nullable String ttl,
        @Nullable String idleTimeout,
        Recording recording,
        boolean detach,
        DetachKeys detachKeys,
        Duration reconnect,
        Duration timeout,
        Progress.Detail progress) {
    AttachRequest {
        command = List.copyOf(command);
        env = List.copyOf(env);
    }

    /** Whether somebody may come back to the session. */
    boolean returnable() {
        return detach || !detachKeys.none();
    }
}
