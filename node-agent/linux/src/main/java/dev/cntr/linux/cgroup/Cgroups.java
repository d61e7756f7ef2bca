package dev.cntr.linux.cgroup;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.ThrowAwayThread;
import dev.cntr.linux.proc.CgroupMembership;
import dev.cntr.linux.proc.MountInfo;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.ProcessFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The cgroups of a process in every hierarchy.
 *
 * @param memberships all of them
 * @param directories those that can be reached under a mount here
 */
public record Cgroups(List<CgroupMembership> memberships, List<CgroupDirectory> directories) {

    /** A cgroup that could not be joined. */
    public record Failure(CgroupDirectory cgroup, ErrnoException error) {}

    public Cgroups {
        memberships = List.copyOf(memberships);
        directories = List.copyOf(directories);
    }

    /**
     * Reads where a process is. In a container with a cgroup namespace of its own, /proc would leave out the names above
     * that namespace's root ({@code /../../x}): then it is read by a thread that is in the cgroup namespace of pid 1, which
     * with the host's pid namespace is the node's.
     */
    public static Cgroups of(ProcessFiles process) {
        return of(process, 1);
    }

    static Cgroups of(ProcessFiles process, int reader) {
        Optional<Fd> other = namespaceOf(reader);
        if (other.isEmpty()) {
            return read(process);
        }
        try (Fd namespace = other.get()) {
            return ThrowAwayThread.call("cgroups of " + process, () -> {
                long r = Kernel.current().call(Syscall.SETNS, namespace.number(), Namespace.CGROUP.flag());
                ErrnoException.check(r, Syscall.SETNS, "cgroup namespace of pid " + reader);
                return read(process);
            });
        }
    }

    /** A process's cgroup namespace, where it differs from this thread's and may be entered. */
    private static Optional<Fd> namespaceOf(int pid) {
        try (ProcessFiles other = ProcessFiles.open(pid);
                ProcessFiles self = ProcessFiles.ofCallingThread()) {
            return other.namespace(Namespace.CGROUP).equals(self.namespace(Namespace.CGROUP))
                    ? Optional.empty()
                    : Optional.of(other.openNamespace(Namespace.CGROUP));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EACCES) {
                return Optional.empty(); // not root: the paths are good as they are where nothing is namespaced
            }
            throw e;
        }
    }

    private static Cgroups read(ProcessFiles process) {
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            return resolve(process.cgroups(), self.mounts(), path -> Files.isDirectory(Path.of(path)));
        }
    }

    /** Finds the directories: for each membership the topmost mount of its hierarchy that holds its path. */
    static Cgroups resolve(List<CgroupMembership> memberships, List<MountInfo> mounts, Predicate<String> isDirectory) {
        List<CgroupDirectory> directories = new ArrayList<>();
        for (CgroupMembership m : memberships) {
            mounts.reversed().stream()
                    .filter(mount -> isOf(mount, m))
                    .flatMap(mount -> below(mount, m.path()).stream())
                    .filter(isDirectory)
                    .findFirst()
                    .ifPresent(path -> directories.add(new CgroupDirectory(m, path)));
        }
        return new Cgroups(memberships, directories);
    }

    private static boolean isOf(MountInfo mount, CgroupMembership membership) {
        return membership.v2()
                ? mount.type().equals("cgroup2")
                : mount.type().equals("cgroup") && mount.superOptions().containsAll(membership.controllers());
    }

    /** Where a path of the hierarchy is, if it is under the mount's root at all. */
    private static Optional<String> below(MountInfo mount, String path) {
        List<String> root = components(mount.root());
        List<String> wanted = components(path);
        if (wanted.size() < root.size() || !wanted.subList(0, root.size()).equals(root)) {
            return Optional.empty();
        }
        List<String> rest = wanted.subList(root.size(), wanted.size());
        if (rest.contains("..")) {
            return Optional.empty();
        }
        return Optional.of(rest.isEmpty() ? mount.mountPoint() : mount.mountPoint() + "/" + String.join("/", rest));
    }

    private static List<String> components(String path) {
        return Arrays.stream(path.split("/", -1)).filter(c -> !c.isEmpty()).toList();
    }

    /**
     * Moves a process into every one of these cgroups, so that it is limited and charged like the process they belong to.
     * Where controllers are on v1 hierarchies, one of v2 beside them (hybrid) has only a label's job and may refuse.
     *
     * @return those that refused
     */
    public List<Failure> join(int pid) {
        boolean hybrid = memberships.stream().anyMatch(m -> !m.v2());
        List<Failure> failures = new ArrayList<>();
        for (CgroupDirectory d : directories) {
            try {
                d.join(pid);
            } catch (ErrnoException e) {
                if (!(hybrid && d.membership().v2())) {
                    failures.add(new Failure(d, e));
                }
            }
        }
        return failures;
    }

    /** The memberships that no mount here reaches, without a hybrid's v2. */
    public List<CgroupMembership> unreachable() {
        boolean hybrid = memberships.stream().anyMatch(m -> !m.v2());
        return memberships.stream()
                .filter(m -> !(hybrid && m.v2()))
                .filter(m -> directories.stream().noneMatch(d -> d.membership().equals(m)))
                .toList();
    }

    /**
     * Whether the process is in a container's cgroup: the engines name it {@code ID}, {@code docker-ID.scope},
     * {@code cri-containerd-ID.scope}, {@code crio-ID.scope} or {@code libpod-ID.scope}, and the container may have made
     * more below it.
     */
    public boolean isIn(String containerId) {
        return memberships.stream().flatMap(m -> components(m.path()).stream()).anyMatch(c -> names(c, containerId));
    }

    /** Whether a cgroup's name is a container's. */
    static boolean names(String component, String containerId) {
        return component.equals(containerId) || component.endsWith("-" + containerId + ".scope");
    }
}
