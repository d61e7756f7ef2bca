package dev.cntr.api;

import dev.cntr.api.DebugPolicySpec.ToolsRule;
import dev.cntr.api.ToolsSpec.Source;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What {@link Ceiling} says of a session's tools. */
final class ToolsCeiling {
    /**
     * What nobody may have unless a policy says so. An image is fetched by the node, from wherever it is named, and one that the node has may be one
     * that somebody else needed a secret for; a node has what is nobody's business who debugs a pod of it: the right to debug a pod is none to that.
     */
    private static final Set<Source> TO_BE_NAMED = EnumSet.of(Source.IMAGE, Source.HOST);

    private ToolsCeiling() {}

    /** What a policy has against the tools of a session. */
    static Optional<String> objection(DebugSession session, DebugPolicy policy) {
        ToolsRule rule = policy.getSpec().tools();
        ToolsSpec tools = session.getSpec().tools();
        if (rule == null) {
            return Optional.empty();
        }
        String name = "DebugPolicy " + policy.getMetadata().getName();
        String where = " " + session.where();
        if (!rule.allows(tools.source())) {
            return Optional.of(name + " does not allow tools of source " + Names.word(tools.source()) + where);
        }
        String image = tools.image();
        if (image != null && !rule.allowsImage(image)) {
            return Optional.of(name + " does not allow image " + image + where);
        }
        if (image != null && !rule.allowsNameOf(image)) {
            return Optional.of(name + " demands images by digest" + where + ", and " + image + " has none");
        }
        return Optional.empty();
    }

    /** What is to be said where no policy of a namespace names the source of the tools. Who may debug a node may use what it has. */
    static Optional<String> unnamed(DebugSession session, List<DebugPolicy> policies) {
        Source source = session.getSpec().tools().source();
        return session.ofNode()
                        || !TO_BE_NAMED.contains(source)
                        || policies.stream().anyMatch(policy -> names(policy, source))
                ? Optional.empty()
                : Optional.of(
                        "no DebugPolicy allows tools of source %s %s".formatted(Names.word(source), session.where()));
    }

    private static boolean names(DebugPolicy policy, Source source) {
        ToolsRule rule = policy.getSpec().tools();
        return rule != null && rule.names(source);
    }
}
