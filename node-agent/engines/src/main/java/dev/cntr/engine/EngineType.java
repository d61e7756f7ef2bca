package dev.cntr.engine;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The kinds of engine, in the order in which they are asked where the user names none. */
public enum EngineType {
    /** The id of any process; asked first, because it costs nothing and a number is hardly a name. */
    PID,
    /** Docker's daemon. */
    DOCKER,
    /** Podman, root's and other users'. */
    PODMAN,
    /** systemd-nspawn. */
    NSPAWN,
    /** LXC without a daemon. */
    LXC,
    /** LXD and Incus. */
    LXD,
    /** The runtime of a Kubernetes node: containerd, CRI-O. */
    CRI,
    /** containerd's own containers, of all its namespaces. */
    CONTAINERD,
    /** The command line of a process; asked last, because it is the loosest. */
    COMMAND,
    /** CoreOS' rkt, which ended in 2020: known, so that it can be refused with a reason. */
    RKT;

    /** All that exist still. */
    public static List<EngineType> defaults() {
        return Stream.of(values()).filter(t -> t != RKT).toList();
    }

    /** As users write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return word();
    }
}
