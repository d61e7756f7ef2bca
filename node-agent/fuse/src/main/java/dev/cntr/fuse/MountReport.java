package dev.cntr.fuse;

import dev.cntr.fuse.passthrough.DataPath;
import dev.cntr.fuse.session.Negotiation;
import dev.cntr.fuse.wire.Opcode;
import java.util.Map;

/**
 * What a mount is doing, at one moment: for the agent's log, a dry run, and metrics.
 *
 * @param connection its number under fusectl
 * @param negotiation what the kernel granted
 * @param dataPath which way file data goes, and why
 * @param clones how further mounts of it are made
 * @param nodes how many files the kernel knows of
 * @param requests how many requests have been answered, by opcode
 */
public record MountReport(
        long connection,
        Negotiation negotiation,
        DataPath dataPath,
        Clones clones,
        int nodes,
        Map<Opcode, Long> requests)
        implements TreeReport {

    /** How further mounts are made. */
    public enum Clones {
        /** From the mount as it is, attached nowhere. */
        DETACHED,
        /** From where it is attached in a mount namespace of its own, since the kernel refuses the former. */
        FROM_PRIVATE_NAMESPACE
    }

    @Override
    public String provider() {
        return FuseProvider.NAME;
    }

    @Override
    public String way() {
        return dataPath.way().label();
    }

    @Override
    public String reason() {
        return dataPath.reason();
    }

    @Override
    public String toString() {
        return "FUSE connection " + connection + ": " + dataPath + "; clones " + clones + "; " + nodes
                + " nodes; requests " + requests + "; " + negotiation;
    }
}
