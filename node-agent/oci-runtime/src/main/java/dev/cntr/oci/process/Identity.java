package dev.cntr.oci.process;

import dev.cntr.linux.proc.ProcessStatus.CapabilitySets;
import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.security.SeccompFilter;
import java.util.List;
import java.util.Optional;

/**
 * Who a process is and what it may do: credentials(7), capabilities(7), seccomp(2).
 *
 * @param uids as the process's own user namespace counts them
 * @param gids likewise
 * @param groups the supplementary groups; empty to leave them as they are, where setgroups(2) is forbidden
 * @param noRoot whether user 0 is to gain no capabilities by execve(2), {@code SECBIT_NOROOT} of capabilities(7)
 * @param filters the seccomp filters, the oldest first
 * @param filterFlags of seccomp(2), for each of them
 */
public record Identity(
        Ids uids,
        Ids gids,
        Optional<List<Long>> groups,
        CapabilitySets capabilities,
        boolean noRoot,
        boolean noNewPrivileges,
        List<SeccompFilter> filters,
        long filterFlags) {
    public Identity {
        groups = groups.map(List::copyOf);
        filters = List.copyOf(filters);
    }
}
