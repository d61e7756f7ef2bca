package dev.cntr.linux.cgroup;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.proc.CgroupMembership;
import dev.cntr.linux.proc.ProcessFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Cgroups beside those of this program's pod, with the limits of its container, to which this program has moved itself: the kubelet and the container runtime end what is
 * in a pod's cgroups, and nothing else.
 */
public final class OutsidePod implements AutoCloseable {
    /** Of both versions of cgroups; the period goes before its quota. */
    private static final List<String> LIMITS = List.of(
            "cpuset.cpus",
            "cpuset.mems",
            "cpu.shares",
            "cpu.cfs_period_us",
            "cpu.cfs_quota_us",
            "cpu.weight",
            "cpu.max",
            "memory.limit_in_bytes",
            "memory.high",
            "memory.max",
            "memory.swap.max",
            "pids.max");

    private final List<Move> moves;

    /** One hierarchy. */
    private record Move(Path container, Path pod, Path place) {}

    private OutsidePod(List<Move> moves) {
        this.moves = moves;
    }

    /**
     * Moves this program, and what it has started that is in the pod as well.
     *
     * @param podUid as Kubernetes writes it
     * @param name of the new cgroups; {@link CgroupTree#sweep} removes what stays of them
     * @throws CgroupException where that cannot be done wholly; this program is then where it was
     */
    public static OutsidePod move(String podUid, String name) {
        long self = ProcessHandle.current().pid();
        List<Move> moves;
        try (ProcessFiles files = ProcessFiles.open((int) self)) {
            Cgroups own = Cgroups.of(files);
            own.unreachable().stream()
                    .map(CgroupMembership::path)
                    .filter(path -> podOf(Path.of(path), podUid).isPresent())
                    .findFirst()
                    .ifPresent(path -> {
                        throw new CgroupException("the cgroup " + path + " is under no mount here");
                    });
            moves = own.directories().stream()
                    .map(directory -> Path.of(directory.path()))
                    .flatMap(path ->
                            podOf(path, podUid).stream().map(pod -> new Move(path, pod, pod.resolveSibling(name))))
                    .toList();
        }
        if (moves.isEmpty()) {
            throw new CgroupException("this program is in no cgroup of a pod " + podUid);
        }
        OutsidePod outside = new OutsidePod(moves);
        try {
            moves.forEach(OutsidePod::make);
            for (Move move : moves) {
                for (long pid : inside(move, self)) {
                    join(move.place(), pid);
                }
            }
            return outside;
        } catch (CgroupException e) {
            moves.forEach(move -> outside.back(move, self));
            throw e;
        }
    }

    /** The pod's cgroup that one is in; systemd writes the uid with underscores. */
    static Optional<Path> podOf(Path cgroup, String podUid) {
        String other = podUid.replace('-', '_');
        return IntStream.rangeClosed(1, cgroup.getNameCount())
                .filter(count -> {
                    String name = cgroup.getName(count - 1).toString();
                    return name.contains(podUid) || name.contains(other);
                })
                .mapToObj(count -> Path.of("/").resolve(cgroup.subpath(0, count)))
                .findFirst();
    }

    private static void make(Move move) {
        CgroupFiles from = new CgroupFiles(move.container());
        CgroupFiles to = new CgroupFiles(move.place());
        try {
            Files.createDirectory(move.place());
        } catch (IOException e) {
            throw new CgroupException("cannot make the cgroup " + move.place() + ": " + e, e);
        }
        for (String limit : LIMITS) {
            if (to.has(limit)) {
                from.read(limit).filter(value -> !value.isEmpty()).ifPresent(value -> to.write(limit, value));
            }
        }
    }

    /** The numbers of this program and of its descendants that are in the pod: sessions are in their targets' cgroups. */
    private static List<Long> inside(Move move, long self) {
        List<Integer> members = new CgroupFiles(move.container()).processes();
        List<Long> found = new ArrayList<>();
        ProcessHandle.current()
                .descendants()
                .map(ProcessHandle::pid)
                .filter(pid -> members.contains(pid.intValue()))
                .forEach(found::add);
        found.add(self);
        return found;
    }

    private static void join(Path cgroup, long pid) {
        try {
            new CgroupDirectory(CgroupMembership.parse("0::/").getFirst(), cgroup.toString()).join((int) pid);
        } catch (ErrnoException e) {
            if (pid == ProcessHandle.current().pid()) {
                throw new CgroupException("cannot enter the cgroup " + cgroup + ": " + e.getMessage(), e);
            } // else it has ended meanwhile
        }
    }

    private void back(Move move, long self) {
        try {
            if (Files.exists(move.place())) {
                join(move.container(), self);
                Files.delete(move.place());
            }
        } catch (CgroupException | IOException e) {
            // what stays is swept later
        }
    }

    /** Moves this program to the root of each hierarchy, and removes what it was in. What the kernel refuses stays, to be swept. */
    @Override
    public void close() {
        long self = ProcessHandle.current().pid();
        for (Move move : moves) {
            try {
                for (int pid : new CgroupFiles(move.place()).processes()) {
                    join(top(move.place()), pid);
                }
                join(top(move.place()), self);
                Files.deleteIfExists(move.place());
            } catch (CgroupException | IOException e) {
                // said by whoever sweeps
            }
        }
    }

    private static Path top(Path cgroup) {
        Path top = cgroup;
        for (Path above = top.getParent();
                above != null && new CgroupFiles(above).has("cgroup.procs");
                above = above.getParent()) {
            top = above;
        }
        return top;
    }
}
