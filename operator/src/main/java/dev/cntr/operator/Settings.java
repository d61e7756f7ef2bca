package dev.cntr.operator;

import dev.cntr.api.Names;
import java.util.Map;

/**
 * What the operator is told by its environment.
 *
 * @param systemNamespace namespace of the operator's lease and of the agents ({@code CNTR_SYSTEM_NAMESPACE})
 * @param relayNamespace namespace of the relays ({@code CNTR_RELAY_NAMESPACE})
 * @param identity this operator's name in the lease ({@code POD_NAME})
 * @param admissionPolicies whether the chart's admission policies are in force ({@code CNTR_ADMISSION_POLICIES})
 * @param nodeSessions whether there may be sessions on nodes ({@code CNTR_NODE_SESSIONS})
 * @param agentsLinger whether an agent that is stopped keeps its sessions beside the one after it ({@code CNTR_AGENTS_LINGER})
 * @param healthPort port of {@code /healthz} and {@code /readyz} ({@code CNTR_HEALTH_PORT})
 */
record Settings(
        String systemNamespace,
        String relayNamespace,
        String identity,
        boolean admissionPolicies,
        boolean nodeSessions,
        boolean agentsLinger,
        int healthPort) {
    /** Name of the lease that the leading operator holds. */
    static final String LEASE = "cntr-operator";

    static Settings of(Map<String, String> environment) {
        return new Settings(
                environment.getOrDefault(Names.SYSTEM_NAMESPACE_VARIABLE, Names.SYSTEM_NAMESPACE),
                environment.getOrDefault(Names.RELAY_NAMESPACE_VARIABLE, Names.RELAY_NAMESPACE),
                environment.getOrDefault("POD_NAME", environment.getOrDefault("HOSTNAME", "cntr-operator")),
                Boolean.parseBoolean(environment.get(Names.ADMISSION_POLICIES_VARIABLE)),
                Boolean.parseBoolean(environment.get(Names.NODE_SESSIONS_VARIABLE)),
                Boolean.parseBoolean(environment.get(Names.AGENTS_LINGER_VARIABLE)),
                Integer.parseInt(environment.getOrDefault("CNTR_HEALTH_PORT", "8080")));
    }
}
