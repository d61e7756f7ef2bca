package dev.cntr.attach;

import dev.cntr.linux.proc.IdMap;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.linux.proc.ProcessStatus;
import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.oci.process.Environment;
import dev.cntr.oci.process.Identity;
import dev.cntr.oci.process.ProcessSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is to be done to make a debug container, decided but not done.
 *
 * @param settings what the process is to be, its ids as its own user namespace counts them
 * @param outsideGroups supplementary groups to set before the user namespace is entered, because they cannot be set in it
 * @param held the bounding set that the process comes with, from which is dropped
 * @param warnings what will not be exactly as in the target
 */
public record AttachPlan(
        Target target,
        ProcessSettings settings,
        Optional<List<Long>> outsideGroups,
        Capabilities held,
        List<String> warnings) {
    /** Where the target's tree is in the debug container, and where the command starts. */
    public static final String TARGET_ROOT = "/var/lib/cntr";

    /** Variables of the target that name files of its own tree for the dynamic linker, ld.so(8). */
    private static final Set<String> LINKER = Set.of("LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT");

    /** Variables that describe a terminal and its user: the client's, never the target's. */
    private static final Set<String> TERMINAL = Set.of("TERM", "LANG", "COLORTERM");

    public AttachPlan {
        warnings = List.copyOf(warnings);
    }

    /**
     * Decides.
     *
     * @throws AttachException where this program may not become what the target is
     */
    public static AttachPlan of(Target target, Command command) {
        List<String> warnings = new ArrayList<>();
        ProcessStatus status = target.status();
        Capabilities held = target.ownUserNamespace() ? Capabilities.all(Capabilities.last()) : own(target, warnings);
        boolean groupsOutside = target.ownUserNamespace() && target.setgroupsDenied();
        Identity identity = new Identity(
                inside(status.uids(), target.uids(), target, "user"),
                inside(status.gids(), target.gids(), target, "group"),
                groupsOutside ? Optional.empty() : Optional.of(groups(target, warnings)),
                status.capabilities(),
                status.noNewPrivileges(),
                target.filters());
        target.cgroups()
                .unreachable()
                .forEach(m -> warnings.add("the cgroup " + m.path() + " of " + (m.v2() ? "v2" : m.controllers())
                        + " is under no mount here, so the process is not charged to it"));
        ProcessSettings settings = new ProcessSettings(
                identity,
                command.arguments(),
                environment(target.environment(), command, warnings),
                TARGET_ROOT,
                status.umask(),
                new EnumMap<>(target.limits()),
                target.label(),
                command.terminal(),
                true);
        Optional<List<Long>> outside = groupsOutside ? Optional.of(status.groups()) : Optional.empty();
        return new AttachPlan(target, settings, outside, held, warnings);
    }

    private static Capabilities own(Target target, List<String> warnings) {
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            ProcessStatus.CapabilitySets mine = self.status().capabilities();
            ProcessStatus.CapabilitySets theirs = target.status().capabilities();
            Capabilities missing = theirs.permitted().with(theirs.inheritable()).without(mine.permitted());
            if (!missing.isEmpty()) {
                throw new AttachException("cannot attach to " + target.process() + ": it holds " + missing
                        + ", which this program does not; give it these capabilities");
            }
            Capabilities unbound = theirs.bounding().without(mine.bounding());
            if (!unbound.isEmpty()) {
                warnings.add("the bounding set lacks " + unbound + ", as that of this program does");
            }
            return mine.bounding();
        }
    }

    private static Ids inside(Ids ids, IdMap map, Target target, String kind) {
        return new Ids(
                inside(ids.real(), map, target, kind),
                inside(ids.effective(), map, target, kind),
                inside(ids.saved(), map, target, kind),
                inside(ids.fileSystem(), map, target, kind));
    }

    private static long inside(long id, IdMap map, Target target, String kind) {
        if (!target.ownUserNamespace()) {
            return id;
        }
        return map.inside(id)
                .orElseThrow(() -> new AttachException("cannot attach to " + target.process() + ": its " + kind + " id "
                        + id + " is not mapped in its user namespace"));
    }

    private static List<Long> groups(Target target, List<String> warnings) {
        List<Long> groups = new ArrayList<>();
        for (long group : target.status().groups()) {
            OptionalLong inside = target.ownUserNamespace() ? target.gids().inside(group) : OptionalLong.of(group);
            if (inside.isPresent()) {
                groups.add(inside.getAsLong());
            } else {
                warnings.add("the supplementary group " + group + " is not mapped in the target's user namespace");
            }
        }
        return groups;
    }

    private static Environment environment(Environment target, Command command, List<String> warnings) {
        Environment environment = target;
        for (String name : LINKER) {
            if (target.value(name).isPresent()) {
                environment = environment.without(name);
                warnings.add(name + " of the target is left out: it names files of the target's own tree");
            }
        }
        for (String name : target.names()) {
            if (TERMINAL.contains(name) || name.startsWith("LC_")) {
                environment = environment.without(name);
            }
        }
        environment = environment.with("PATH", command.path());
        for (Map.Entry<String, String> variable : command.environment().entrySet()) {
            environment = environment.with(variable.getKey(), variable.getValue());
        }
        return environment;
    }

    /** The plan in words, a line each. */
    public String describe() {
        Identity who = settings.identity();
        var capabilities = who.capabilities();
        List<String> lines = new ArrayList<>();
        lines.add("target        " + target.process()
                + (target.root().equals("/") ? "" : ", chrooted to " + target.root()));
        lines.add("namespaces    "
                + target.namespaces().stream()
                        .sorted()
                        .map(Namespace::link)
                        .collect(Collectors.joining(" ", "", "; mnt is a copy of its own")));
        lines.add("view          / is the tools' tree, " + TARGET_ROOT + " the target's");
        target.cgroups().directories().forEach(d -> lines.add("cgroup        " + d.path()));
        lines.add("ids           uid " + who.uids().effective() + " gid "
                + who.gids().effective() + " groups "
                + who.groups().or(() -> outsideGroups).orElse(List.of()));
        lines.add("capabilities  effective " + capabilities.effective());
        lines.add("              bounding " + capabilities.bounding());
        lines.add("privileges    " + (who.noNewPrivileges() ? "no new ones" : "may be gained")
                + target.label().map(l -> ", context " + l).orElse(""));
        lines.add("seccomp       "
                + (who.filters().isEmpty() ? "none" : who.filters().toString()));
        lines.add("environment   " + settings.environment());
        lines.add(
                "command       " + String.join(" ", settings.arguments()) + (settings.terminal() ? " (terminal)" : ""));
        warnings.forEach(w -> lines.add("warning       " + w));
        return String.join("\n", lines) + "\n";
    }
}
