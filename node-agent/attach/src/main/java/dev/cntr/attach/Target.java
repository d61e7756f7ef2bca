package dev.cntr.attach;

import dev.cntr.linux.FileIdentity;
import dev.cntr.linux.cgroup.Cgroups;
import dev.cntr.linux.proc.IdMap;
import dev.cntr.linux.proc.MountInfo;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.linux.proc.ProcessStatus;
import dev.cntr.linux.proc.ResourceLimit;
import dev.cntr.linux.security.SeccompException;
import dev.cntr.linux.security.SeccompFilters;
import dev.cntr.oci.process.Environment;
import dev.cntr.oci.process.Scheduling;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A snapshot of the process that a debug container is to be like.
 *
 * @param namespaces those in which it is elsewhere than this program
 * @param status its identity; ids are those of this program's user namespace
 * @param uids how its user namespace maps ids, as seen from here
 * @param gids likewise
 * @param setgroupsDenied whether its user namespace forbids setgroups(2)
 * @param seccomp its seccomp filters
 * @param label its context of AppArmor or SELinux where that differs from this program's
 * @param root its root directory, from the root of its mount namespace; {@code /} but for a chrooted process
 * @param directory its working directory, from its root; {@code /} where that is not below it
 * @param procMounted whether it has a proc file system at /proc, whole and with nothing over it
 */
public record Target(
        PinnedProcess process,
        Set<Namespace> namespaces,
        ProcessStatus status,
        IdMap uids,
        IdMap gids,
        boolean setgroupsDenied,
        Seccomp seccomp,
        Optional<String> label,
        Cgroups cgroups,
        Map<ResourceLimit, ResourceLimit.Range> limits,
        int oomScoreAdjustment,
        Environment environment,
        String root,
        String directory,
        Scheduling scheduling,
        boolean procMounted) {

    public Target {
        namespaces = Set.copyOf(namespaces);
        limits = Map.copyOf(limits);
    }

    /**
     * Looks at a process.
     *
     * @throws AttachException where nothing can be made that is like it
     * @throws dev.cntr.linux.proc.ProcessGoneException where it has ended
     */
    public static Target of(PinnedProcess process) {
        ProcessFiles files = process.files();
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            ProcessStatus status = files.status();
            Optional<String> label = files.securityLabel();
            Target target = new Target(
                    process,
                    differing(files, self),
                    status,
                    files.uidMap(),
                    files.gidMap(),
                    files.setgroupsDenied(),
                    seccomp(process, status),
                    label.equals(self.securityLabel()) ? Optional.empty() : label,
                    Cgroups.of(files),
                    files.limits(),
                    files.oomScoreAdjustment(),
                    Environment.ofBytes(files.environment()),
                    files.link("root"),
                    directory(files),
                    Scheduling.of(process.pid()),
                    procMounted(files.mounts()));
            process.verify();
            return target;
        } catch (RuntimeException e) {
            process.verify(); // says so where it has ended, which is why its files cannot be read
            throw e;
        }
    }

    private static Set<Namespace> differing(ProcessFiles process, ProcessFiles self) {
        Set<Namespace> differing = EnumSet.noneOf(Namespace.class);
        for (Namespace kind : Namespace.values()) {
            Optional<FileIdentity> theirs = process.namespace(kind);
            if (theirs.isPresent() && !theirs.equals(self.namespace(kind))) {
                differing.add(kind);
            }
        }
        return differing;
    }

    private static String directory(ProcessFiles files) {
        String root = files.link("root");
        String directory = files.link("cwd");
        String below = root.equals("/") ? root : root + "/";
        if (!directory.startsWith(below) || directory.endsWith(" (deleted)")) {
            return "/";
        }
        return directory.substring(below.length() - 1);
    }

    /** What is mounted last at /proc counts: a target can lay something else over it. */
    private static boolean procMounted(List<MountInfo> mounts) {
        return mounts.stream()
                .filter(mount -> mount.mountPoint().equals("/proc"))
                .reduce((_, last) -> last)
                .filter(mount -> mount.type().equals("proc") && mount.root().equals("/"))
                .isPresent();
    }

    private static Seccomp seccomp(PinnedProcess process, ProcessStatus status) {
        return switch (status.seccomp()) {
            case STRICT ->
                throw new AttachException("cannot attach to " + process
                        + ": it runs in seccomp's strict mode, in which no shell can run (seccomp(2))");
            case DISABLED -> new Seccomp.Copied(List.of());
            case FILTER -> {
                try {
                    yield new Seccomp.Copied(SeccompFilters.copy(process.pid()));
                } catch (SeccompException e) {
                    yield new Seccomp.Unreadable(e);
                }
            }
        };
    }

    /** The same, but that what is made for it is charged and limited elsewhere. */
    Target in(Cgroups others, int oomScore) {
        return new Target(
                process,
                namespaces,
                status,
                uids,
                gids,
                setgroupsDenied,
                seccomp,
                label,
                others,
                limits,
                oomScore,
                environment,
                root,
                directory,
                scheduling,
                procMounted);
    }

    /** Whether it is in a user namespace of its own. */
    public boolean ownUserNamespace() {
        return namespaces.contains(Namespace.USER);
    }
}
