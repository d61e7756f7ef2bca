package dev.cntr.attach;

import dev.cntr.linux.proc.IdMap;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.ProcessStatus;
import dev.cntr.linux.proc.ProcessStatus.CapabilitySets;
import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.oci.process.Identity;
import dev.cntr.oci.process.ProcessSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What is to be done to make a debug container, decided but not done.
 *
 * @param settings what the process is to be, its ids as its own user namespace counts them
 * @param root the tree that it sees at {@code /}
 * @param outsideGroups supplementary groups to set before the user namespace is entered, because they cannot be set in it
 * @param held the bounding set that the process comes with, from which is dropped
 * @param warnings what will not be exactly as in the target
 */
public record AttachPlan(
        Target target,
        ProcessSettings settings,
        Command.Root root,
        Optional<List<Long>> outsideGroups,
        Capabilities held,
        List<String> warnings) {
    /** Where the target's tree is in the debug container. */
    public static final String TARGET_ROOT = "/var/lib/cntr";

    /** Files of the target that are seen in place of those of the tools; from the root, without a leading slash. */
    public static final List<String> TARGET_FILES =
            List.of("etc/passwd", "etc/group", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/localtime");

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
        Elevation elevation = command.elevation();
        CapabilitySets own = Rights.own();
        Capabilities all = Capabilities.all(Capabilities.last());
        Capabilities available =
                target.ownUserNamespace() ? all : own.permitted().and(own.bounding());
        elevation.describe(available).ifPresent(warnings::add);
        Ids uids = inside(status.uids(), target.uids(), target, "user");
        Ids gids = inside(status.gids(), target.gids(), target, "group");
        if (elevation.user().isPresent()) {
            Elevation.User user = elevation.user().get();
            uids = mapped(user.uid(), target.uids(), target, "user");
            gids = user.gid().isPresent() ? mapped(user.gid().getAsLong(), target.gids(), target, "group") : gids;
        }
        Rights rights = Rights.of(status.capabilities(), uids, elevation, available);
        warnings.addAll(rights.warnings());
        if (!target.ownUserNamespace()) {
            rights.check(own, target, warnings);
        }
        Capabilities held = target.ownUserNamespace() ? all : own.bounding();
        Seccomp.Chosen seccomp = target.seccomp().choose(target.process(), command);
        seccomp.warning().ifPresent(warnings::add);
        boolean groupsOutside = target.ownUserNamespace() && target.setgroupsDenied();
        Identity identity = new Identity(
                uids,
                gids,
                groupsOutside ? Optional.empty() : Optional.of(groups(target, warnings)),
                rights.sets(),
                rights.noRoot(),
                status.noNewPrivileges() && elevation.profile() != Profile.SYSADMIN,
                seccomp.filters(),
                seccomp.flags());
        target.cgroups()
                .unreachable()
                .forEach(m -> warnings.add("the cgroup " + m.path() + " of " + (m.v2() ? "v2" : m.controllers())
                        + " is under no mount here, so the process is not charged to it"));
        ProcessSettings settings = new ProcessSettings(
                identity,
                command.arguments(),
                Variables.of(target.environment(), command, warnings),
                directory(target, command.root()),
                status.umask(),
                new EnumMap<>(target.limits()),
                elevation.withoutConfinement() ? Optional.empty() : target.label(),
                Optional.of(target.scheduling()),
                command.terminal(),
                true);
        Optional<List<Long>> outside = groupsOutside ? Optional.of(status.groups()) : Optional.empty();
        return new AttachPlan(target, settings, command.root(), outside, held, warnings);
    }

    /** The same, starting in another directory. */
    AttachPlan startingIn(String directory) {
        return with(settings.startingIn(directory));
    }

    /** The same, on a terminal. */
    AttachPlan onTerminal() {
        return with(settings.onTerminal());
    }

    /** The same, with something more to be said. */
    AttachPlan warning(String more) {
        List<String> all = new ArrayList<>(warnings);
        all.add(more);
        return new AttachPlan(target, settings, root, outsideGroups, held, all);
    }

    private AttachPlan with(ProcessSettings changed) {
        return new AttachPlan(target, changed, root, outsideGroups, held, warnings);
    }

    private static String directory(Target target, Command.Root root) {
        if (root == Command.Root.TARGET) {
            return target.directory();
        }
        return target.directory().equals("/") ? TARGET_ROOT : TARGET_ROOT + target.directory();
    }

    private static Ids mapped(long id, IdMap map, Target target, String kind) {
        if (target.ownUserNamespace() && map.outside(id).isEmpty()) {
            throw notMapped(id, target, kind);
        }
        return new Ids(id, id, id, id);
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
        return map.inside(id).orElseThrow(() -> notMapped(id, target, kind));
    }

    private static AttachException notMapped(long id, Target target, String kind) {
        return new AttachException("cannot attach to " + target.process() + ": the " + kind + " id " + id
                + " is not mapped in its user namespace");
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
        lines.add(
                root == Command.Root.TOOLS
                        ? "view          / is the tools' tree, " + TARGET_ROOT + " the target's"
                        : "view          / is the target's tree");
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
        settings.scheduling().ifPresent(scheduling -> lines.add("scheduling    " + scheduling));
        lines.add("environment   " + settings.environment());
        lines.add(
                "command       " + String.join(" ", settings.arguments()) + (settings.terminal() ? " (terminal)" : ""));
        warnings.forEach(w -> lines.add("warning       " + w));
        return String.join("\n", lines) + "\n";
    }
}
