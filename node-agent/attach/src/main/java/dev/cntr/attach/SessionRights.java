package dev.cntr.attach;

import dev.cntr.linux.FileIdentity;
import dev.cntr.linux.proc.IdMap;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.linux.proc.ProcessStatus;
import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.proc.ProcessStatus.SeccompMode;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.linux.socket.UnixSocket;
import dev.cntr.oci.process.Identity;
import java.util.List;
import java.util.Optional;

/**
 * Tells the processes of a session that may all that it may from everybody else: a process of the target that found the
 * session's socket below /proc/PID/root, and one of the session that has given up rights.
 */
final class SessionRights {
    private final AttachPlan plan;
    private final Optional<FileIdentity> mounts;
    private final Optional<FileIdentity> users;
    private final int ownFilters;

    /** @param session its first process */
    SessionRights(AttachPlan plan, PinnedProcess session) {
        this.plan = plan;
        this.mounts = session.files().namespace(Namespace.MNT);
        this.users = session.files().namespace(Namespace.USER);
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            this.ownFilters = self.status().seccompFilters().orElse(0);
        }
    }

    /**
     * Makes sure that a process is of the session and has all its rights.
     *
     * @param peer who connected, as the kernel noted it then
     * @param process the same one, pinned
     * @throws AttachException saying in what it differs
     */
    void check(UnixSocket.Peer peer, PinnedProcess process) {
        ProcessFiles files = process.files();
        ProcessStatus status = files.status();
        Identity session = plan.settings().identity();
        Target target = plan.target();
        Ids uids = outside(session.uids(), target.uids());
        same(
                "mount namespace",
                mounts.isPresent() && files.namespace(Namespace.MNT).equals(mounts));
        same("user namespace", files.namespace(Namespace.USER).equals(users));
        same("user", peer.uid() == uids.effective() && status.uids().equals(uids));
        same("group", status.gids().equals(outside(session.gids(), target.gids())));
        same("supplementary groups", sorted(status.groups()).equals(sorted(groups(session, target))));
        Capabilities permitted = status.capabilities().permitted();
        Capabilities bounding = status.capabilities().bounding();
        same(
                "capabilities",
                permitted.containsAll(session.capabilities().permitted())
                        && bounding.containsAll(
                                session.capabilities().bounding().and(plan.held())));
        same("no_new_privs", status.noNewPrivileges() == session.noNewPrivileges());
        same("seccomp filters", filters(status, session.filters().size() + ownFilters));
        plan.settings()
                .securityLabel()
                .ifPresent(
                        label -> same("security context", files.securityLabel().equals(Optional.of(label))));
        process.verify();
    }

    private static void same(String what, boolean same) {
        if (!same) {
            throw new AttachException(
                    "only a process of the session that has all its rights may do this, and this one has"
                            + " another or less: " + what);
        }
    }

    private static boolean filters(ProcessStatus status, int expected) {
        boolean some = status.seccomp() != SeccompMode.DISABLED;
        return some == expected > 0 && status.seccompFilters().orElse(expected) == expected;
    }

    private List<Long> groups(Identity session, Target target) {
        return session.groups()
                .map(groups ->
                        groups.stream().map(g -> outside(g, target.gids())).toList())
                .or(plan::outsideGroups)
                .orElse(List.of());
    }

    private Ids outside(Ids ids, IdMap map) {
        return new Ids(
                outside(ids.real(), map),
                outside(ids.effective(), map),
                outside(ids.saved(), map),
                outside(ids.fileSystem(), map));
    }

    private long outside(long id, IdMap map) {
        return plan.target().ownUserNamespace() ? map.outside(id).orElse(id) : id;
    }

    private static List<Long> sorted(List<Long> groups) {
        return groups.stream().sorted().toList();
    }
}
