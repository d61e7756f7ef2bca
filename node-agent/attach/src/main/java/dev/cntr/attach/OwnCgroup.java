package dev.cntr.attach;

import dev.cntr.linux.cgroup.CgroupLimits;
import dev.cntr.linux.cgroup.SiblingCgroup;
import java.util.Optional;

/**
 * A cgroup of a debug container's own, beside its target's: {@link SiblingCgroup}.
 *
 * @param name of its directory, which no other has
 * @param containerId the target's, as its engine knows it
 * @param limits what the debug container may use
 */
public record OwnCgroup(String name, Optional<String> containerId, CgroupLimits limits) {
    /**
     * The score of the out-of-memory killer, proc_pid_oom_score_adj(5), in place of the target's: where both together come to a limit of what is above them, what is killed is not the target.
     */
    static final int OOM_SCORE_ADJUSTMENT = 1000;

    SiblingCgroup beside(Target target) {
        return SiblingCgroup.make(target.cgroups(), containerId, name, limits);
    }
}
