package dev.cntr.linux.cgroup;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.cgroup.CgroupLimits.Controller;
import dev.cntr.linux.proc.CgroupMembership;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cgroup beside another process's, with limits of its own: who is in it is stopped or killed by them, and that process is not. It has the same parent, so what
 * limits both together (a pod's cgroup) still does. On v1 it is made in the hierarchies of the controllers that limit something, and all else stays shared with that process;
 * on v2, where one cgroup is for everything, what has no limit of its own has a copy of that process's, and its BPF programs hold as well.
 */
public final class SiblingCgroup implements AutoCloseable {
    private final Cgroups cgroups;
    private final List<Made> made;

    /** A directory of its own, and which controllers it is for: none on v2. */
    private record Made(Path directory, Set<Controller> controllers) {}

    private SiblingCgroup(Cgroups cgroups, List<Made> made) {
        this.cgroups = cgroups;
        this.made = made;
    }

    /**
     * Makes one, without anybody in it.
     *
     * @param neighbour of the process beside which it is
     * @param containerId whose cgroup it is to be beside, where the process may be deeper in that; else it is beside the process's
     * @param name of its directory
     * @throws CgroupException with the reason; nothing is left then
     */
    public static SiblingCgroup make(
            Cgroups neighbour, Optional<String> containerId, String name, CgroupLimits limits) {
        Map<CgroupDirectory, Set<Controller>> places = places(neighbour, limits.controllers());
        List<Made> made = new ArrayList<>();
        List<CgroupMembership> memberships = new ArrayList<>(neighbour.memberships());
        List<CgroupDirectory> directories = new ArrayList<>(neighbour.directories());
        try {
            places.forEach((place, controllers) -> {
                CgroupDirectory own = place.beside(containerId, name);
                Path directory = Path.of(own.path());
                create(directory);
                made.add(new Made(directory, place.membership().v2() ? Set.of() : controllers));
                limit(place, directory, controllers, limits);
                memberships.set(memberships.indexOf(place.membership()), own.membership());
                directories.set(directories.indexOf(place), own);
            });
            return new SiblingCgroup(new Cgroups(memberships, directories), List.copyOf(made));
        } catch (CgroupException | ErrnoException e) {
            made.forEach(one -> new CgroupTree(one.directory()).remove());
            throw new CgroupException("cannot make a cgroup with limits of its own: " + e.getMessage(), e);
        }
    }

    /** Where each of the controllers is. */
    private static Map<CgroupDirectory, Set<Controller>> places(Cgroups of, Set<Controller> controllers) {
        Map<Controller, CgroupDirectory> found = new EnumMap<>(Controller.class);
        for (Controller controller : controllers) {
            CgroupMembership membership = of.memberships().stream()
                    .filter(m -> m.controllers().contains(controller.word()))
                    .findFirst()
                    .or(() -> of.memberships().stream()
                            .filter(CgroupMembership::v2)
                            .findFirst())
                    .orElseThrow(() -> new CgroupException(
                            "the kernel has no cgroup controller " + controller.word() + " (/proc/PID/cgroup)"));
            found.put(
                    controller,
                    of.directories().stream()
                            .filter(directory -> directory.membership().equals(membership))
                            .findFirst()
                            .orElseThrow(() -> new CgroupException("the cgroup " + membership.path() + " of controller "
                                    + controller.word() + " is under no mount here")));
        }
        return found.entrySet().stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getValue, Collectors.mapping(Map.Entry::getKey, Collectors.toSet())));
    }

    private static void create(Path directory) {
        try {
            Files.createDirectory(directory);
        } catch (IOException e) {
            throw new CgroupException("cannot make " + directory + ": " + e, e);
        }
        if (!new CgroupFiles(directory).has("cgroup.procs")) {
            new CgroupTree(directory).remove();
            throw new CgroupException(directory + " is above what is mounted here of the hierarchy");
        }
    }

    private static void limit(CgroupDirectory place, Path own, Set<Controller> controllers, CgroupLimits limits) {
        LimitFiles files = new LimitFiles(own, Path.of(place.path()), limits);
        if (!place.membership().v2()) {
            files.writeV1(controllers);
            return;
        }
        files.writeV2();
        List<Path> bound = new ArrayList<>();
        for (@Nullable Path at = Path.of(place.path());
                at != null && !at.equals(own.getParent());
                at = at.getParent()) {
            bound.add(at);
        }
        CgroupPrograms.copy(bound, own);
    }

    /** What a process joins that is to be in it: its own directories, and the neighbour's where it has none. */
    public Cgroups cgroups() {
        return cgroups;
    }

    /** How many of its processes the kernel has killed, since they needed more memory than they may have. */
    public long killedForMemory() {
        return made.stream()
                .map(one -> new CgroupFiles(one.directory()))
                .mapToLong(files -> Math.max(
                        files.number("memory.oom_control", "oom_kill").orElse(0),
                        files.number("memory.events", "oom_kill").orElse(0)))
                .sum();
    }

    /**
     * Kills what is still in it, and removes it.
     *
     * @throws CgroupException where it stays; {@link CgroupTree#sweep} removes it later
     */
    @Override
    public void close() {
        made.forEach(one -> new CgroupTree(one.directory()).remove());
    }
}
