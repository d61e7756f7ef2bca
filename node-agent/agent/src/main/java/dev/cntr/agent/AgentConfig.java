package dev.cntr.agent;

import dev.cntr.api.Names;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What the agent is told by its environment.
 *
 * @param nodeName the node it serves ({@code NODE_NAME}, by the downward API)
 * @param podName its own pod ({@code POD_NAME})
 * @param relaySocket where the relay reaches it ({@code CNTR_RELAY_SOCKET})
 * @param criSocket the container runtime's socket ({@code CNTR_CRI_SOCKET}); searched for where empty
 * @param tools the directory whose tree the debug containers see at {@code /} ({@code CNTR_TOOLS})
 * @param admissionPolicies whether the chart's admission policies are in force ({@code CNTR_ADMISSION_POLICIES})
 * @param healthPort where {@code /healthz} and {@code /readyz} are served ({@code CNTR_HEALTH_PORT})
 * @param nodeSessions whether there may be sessions on the node itself ({@code CNTR_NODE_SESSIONS})
 * @param toolsContext the SELinux context of all files of all tools ({@code CNTR_TOOLS_CONTEXT}); empty for none of its own
 * @param podUid its own pod's ({@code POD_UID})
 * @param lingers for how long an agent that is stopped keeps its sessions without another agent on the node ({@code CNTR_LINGER_SECONDS}); zero where they end with it
 * @param mostRetired how many agents of the node that are stopped may keep sessions at a time ({@code CNTR_LINGER_AGENTS})
 * @param supervisor the container's first process, where that is {@code supervise} ({@code CNTR_SUPERVISOR}, set by it)
 * @param recordsInput whether recordings hold what is typed, passwords too ({@code CNTR_RECORD_INPUT}, true or false)
 */
record AgentConfig(
        String nodeName,
        String podName,
        Path relaySocket,
        Optional<Path> criSocket,
        Path tools,
        boolean admissionPolicies,
        int healthPort,
        boolean nodeSessions,
        Optional<String> toolsContext,
        Optional<String> podUid,
        Duration lingers,
        int mostRetired,
        Optional<Integer> supervisor,
        boolean recordsInput) {

    private static final int MOST_RETIRED = 3;

    static AgentConfig from(Map<String, String> environment) {
        return new AgentConfig(
                required(environment, "NODE_NAME"),
                environment.getOrDefault("POD_NAME", "cntr-agent"),
                Path.of(environment.getOrDefault("CNTR_RELAY_SOCKET", "/run/cntr/relay.sock")),
                Optional.ofNullable(environment.get("CNTR_CRI_SOCKET"))
                        .filter(s -> !s.isBlank())
                        .map(Path::of),
                Path.of(environment.getOrDefault("CNTR_TOOLS", "/")),
                Boolean.parseBoolean(environment.get(Names.ADMISSION_POLICIES_VARIABLE)),
                port(environment.getOrDefault("CNTR_HEALTH_PORT", "8081")),
                flag(environment, Names.NODE_SESSIONS_VARIABLE),
                Optional.ofNullable(environment.get("CNTR_TOOLS_CONTEXT")).filter(s -> !s.isBlank()),
                Optional.ofNullable(environment.get("POD_UID")).filter(s -> !s.isBlank()),
                Duration.ofSeconds(number(environment, "CNTR_LINGER_SECONDS").orElse(0)),
                number(environment, "CNTR_LINGER_AGENTS").orElse(MOST_RETIRED),
                number(environment, "CNTR_SUPERVISOR"),
                flag(environment, "CNTR_RECORD_INPUT"));
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new AgentException("the environment variable " + name
                    + " is not set; the chart sets it from the pod's own fields (downward API)");
        }
        return value;
    }

    private static boolean flag(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, "false");
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new AgentException(name + " is '" + value + "'; true or false is wanted");
        };
    }

    private static Optional<Integer> number(Map<String, String> environment, String name) {
        Optional<String> value = Optional.ofNullable(environment.get(name)).filter(s -> !s.isBlank());
        try {
            return value.map(Integer::parseUnsignedInt);
        } catch (NumberFormatException e) {
            throw new AgentException(name + " is '" + value.get() + "'; a number is wanted", e);
        }
    }

    private static int port(String value) {
        try {
            int port = Integer.parseInt(value);
            if (port > 0 && port < 65536) {
                return port;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new AgentException("CNTR_HEALTH_PORT is '" + value + "'; a port between 1 and 65535 is wanted");
    }
}
