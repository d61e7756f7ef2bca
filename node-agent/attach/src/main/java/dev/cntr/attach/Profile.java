package dev.cntr.attach;

import dev.cntr.linux.security.Capabilities;
import dev.cntr.linux.security.Capability;

/** How much more than its target a debug process may do. The names and their meaning are those of kubectl debug. */
public enum Profile {
    /** Nothing more. */
    TARGET,
    /** Trace processes: strace, gdb. */
    GENERAL,
    /** Change interfaces and routes, and see packets: ip, tcpdump. */
    NETADMIN,
    /** Everything that root may: all capabilities, and no seccomp filter, security context or no_new_privs. */
    SYSADMIN;

    /** What it adds to the target's capabilities. */
    public Capabilities capabilities() {
        return switch (this) {
            case TARGET -> Capabilities.NONE;
            case GENERAL -> Capabilities.of(Capability.CAP_SYS_PTRACE);
            case NETADMIN -> Capabilities.of(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW);
            case SYSADMIN -> Capabilities.all(Capabilities.last());
        };
    }
}
