package dev.cntr.api;

import dev.cntr.api.DebugPolicySpec.ToolsRule;
import java.util.Optional;

/** What {@link Ceiling} says of a session's tools. */
final class ToolsCeiling {
    private ToolsCeiling() {}

    /** What a policy has against the tools of a session. */
    static Optional<String> objection(DebugSession session, DebugPolicy policy) {
        ToolsRule rule = policy.getSpec().tools();
        ToolsSpec tools = session.getSpec().tools();
        return rule == null || rule.allows(tools.source())
                ? Optional.empty()
                : Optional.of("DebugPolicy %s does not allow tools of source %s in namespace %s"
                        .formatted(
                                policy.getMetadata().getName(),
                                Names.word(tools.source()),
                                session.getMetadata().getNamespace()));
    }
}
