package dev.cntr.linux.proc;

import dev.cntr.linux.security.Capabilities;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The identity and confinement of a process: /proc/PID/status, proc_pid_status(5). Ids are those of the reader's user
 * namespace; pids those of the mount of /proc it was read from.
 *
 * @param name the command name, escaped as the kernel prints it
 * @param state its letter: R, S, D, T, t, Z, X, I
 * @param pid the thread group's id
 * @param tracer who traces it, 0 for nobody
 * @param groups the supplementary groups
 * @param nestedPids its pid in each pid namespace from the reader's inwards; the last is its own view
 * @param noNewPrivileges prctl(2) {@code PR_SET_NO_NEW_PRIVS}
 * @param seccompFilters how many filters it runs under; empty before Linux 5.9
 * @param umask empty for a kernel thread or a zombie
 */
public record ProcessStatus(
        String name,
        char state,
        int pid,
        int parent,
        int tracer,
        Ids uids,
        Ids gids,
        List<Long> groups,
        List<Integer> nestedPids,
        CapabilitySets capabilities,
        boolean noNewPrivileges,
        SeccompMode seccomp,
        OptionalInt seccompFilters,
        OptionalInt umask) {

    /** The four user or group ids of a process, credentials(7). */
    public record Ids(long real, long effective, long saved, long fileSystem) {}

    /** The five capability sets of a thread, capabilities(7). */
    public record CapabilitySets(
            Capabilities inheritable,
            Capabilities permitted,
            Capabilities effective,
            Capabilities bounding,
            Capabilities ambient) {}

    /** The modes of seccomp(2). */
    public enum SeccompMode {
        DISABLED,
        STRICT,
        FILTER
    }

    public ProcessStatus {
        groups = List.copyOf(groups);
        nestedPids = List.copyOf(nestedPids);
    }

    /** Whether only the dead process's entry is left. */
    public boolean dead() {
        return state == 'Z' || state == 'X';
    }

    /** Reads the text of the file. */
    public static ProcessStatus parse(String text) {
        Lines lines = new Lines(text);
        return new ProcessStatus(
                lines.get("Name"),
                lines.get("State").charAt(0),
                Integer.parseInt(lines.get("Tgid")),
                Integer.parseInt(lines.get("PPid")),
                Integer.parseInt(lines.get("TracerPid")),
                lines.ids("Uid"),
                lines.ids("Gid"),
                Arrays.stream(Fields.words(lines.get("Groups")))
                        .map(Long::valueOf)
                        .toList(),
                lines.find("NSpid").stream()
                        .flatMap(l -> Arrays.stream(Fields.words(l)))
                        .map(Integer::valueOf)
                        .toList(),
                new CapabilitySets(
                        lines.capabilities("CapInh"),
                        lines.capabilities("CapPrm"),
                        lines.capabilities("CapEff"),
                        lines.capabilities("CapBnd"),
                        lines.find("CapAmb").map(Capabilities::parseHex).orElse(Capabilities.NONE)),
                lines.find("NoNewPrivs").orElse("0").equals("1"),
                SeccompMode.values()[Integer.parseInt(lines.find("Seccomp").orElse("0"))],
                lines.number("Seccomp_filters", 10),
                lines.number("Umask", 8));
    }

    private static final class Lines {
        private final Map<String, String> byKey = new HashMap<>();

        Lines(String text) {
            text.lines().forEach(line -> {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    byKey.put(
                            line.substring(0, colon), line.substring(colon + 1).strip());
                }
            });
        }

        Optional<String> find(String key) {
            return Optional.ofNullable(byKey.get(key));
        }

        String get(String key) {
            return find(key)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "/proc/PID/status has no line " + key + ": " + byKey.keySet()));
        }

        Ids ids(String key) {
            long[] n = Arrays.stream(Fields.words(get(key)))
                    .mapToLong(Long::parseLong)
                    .toArray();
            if (n.length != 4) {
                throw Fields.malformed("status", key + ": " + get(key));
            }
            return new Ids(n[0], n[1], n[2], n[3]);
        }

        Capabilities capabilities(String key) {
            return Capabilities.parseHex(get(key));
        }

        OptionalInt number(String key, int radix) {
            String value = byKey.get(key);
            return value == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(value, radix));
        }
    }
}
