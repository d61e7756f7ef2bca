package dev.cntr.cli.server;

import dev.cntr.linux.FileIdentity;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.linux.proc.ProcessStatus;
import dev.cntr.linux.security.Capabilities;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who is served: a process that could do by itself whatever is done for it, and that means the same by every path, process
 * id and address. So the server gives nobody a right that he has not.
 */
final class Admission {
    private final Map<Namespace, FileIdentity> namespaces;
    private final Capabilities capabilities;
    private final String root;
    private final Optional<String> label;

    private Admission(ProcessFiles mine) {
        namespaces = namespaces(mine);
        capabilities = mine.status().capabilities().effective();
        root = mine.link("root");
        label = mine.securityLabel();
    }

    /** Serves those that have what this process has. */
    static Admission likeThisProcess() {
        try (ProcessFiles mine = ProcessFiles.ofCallingThread()) {
            return new Admission(mine);
        }
    }

    boolean admits(ProcessFiles other) {
        ProcessStatus status = other.status();
        ProcessStatus.Ids uids = status.uids();
        return uids.real() == 0
                && uids.effective() == 0
                && uids.saved() == 0
                && uids.fileSystem() == 0
                && status.capabilities().effective().containsAll(capabilities)
                && !status.noNewPrivileges()
                && status.seccomp() == ProcessStatus.SeccompMode.DISABLED
                && other.link("root").equals(root)
                && other.securityLabel().equals(label)
                && namespaces(other).equals(namespaces);
    }

    private static Map<Namespace, FileIdentity> namespaces(ProcessFiles process) {
        Map<Namespace, FileIdentity> found = new EnumMap<>(Namespace.class);
        for (Namespace kind : Namespace.values()) {
            process.namespace(kind).ifPresent(namespace -> found.put(kind, namespace));
        }
        return found;
    }
}
