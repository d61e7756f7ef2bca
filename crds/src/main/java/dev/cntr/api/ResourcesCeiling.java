package dev.cntr.api;

import dev.cntr.api.DebugPolicySpec.ResourcesRule;
import dev.cntr.api.Resources.Limits;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What {@link Ceiling} says of a session's own limits. */
final class ResourcesCeiling {
    private static final Limits NONE = new Limits(null, null, null);

    private ResourcesCeiling() {}

    /** What a policy has against the limits of a session, or against their absence. */
    static Optional<String> objection(DebugSession session, DebugPolicy policy) {
        ResourcesRule rule = policy.getSpec().resources();
        if (rule == null) {
            return Optional.empty();
        }
        String name = "DebugPolicy " + policy.getMetadata().getName();
        Limits asked = session.getSpec().limits().orElse(NONE);
        Limits max = rule.max() == null ? NONE : rule.max();
        return Stream.of(
                        new Bound("cpu", asked.cpu(), max.cpu()),
                        new Bound("memory", asked.memory(), max.memory()),
                        new Bound("pids", asked.pids(), max.pids()))
                .filter(bound -> bound.broken(rule.demanded()))
                .findFirst()
                .map(bound -> bound.told(name, session.where()))
                .or(() -> rule.demanded() && asked.equals(NONE)
                        ? Optional.of(name + " demands limits of the session's own (spec.resources) " + session.where()
                                + ", and this one has none: kubectl cntr attach --memory=128Mi")
                        : Optional.empty());
    }

    /** One limit: what a session asks for, and the most that a policy allows. */
    private record Bound(
            String name, @Nullable Object asked, @Nullable Object max) {
        boolean broken(boolean demanded) {
            Optional<BigDecimal> most = Limits.amount(max);
            return most.isPresent()
                    && Limits.amount(asked)
                            .map(amount -> amount.compareTo(most.get()) > 0)
                            .orElse(demanded);
        }

        String told(String policy, String where) {
            return "%s allows spec.resources.limits.%s of %s at most %s, and this session has %s: kubectl cntr attach --%2$s=%3$s"
                    .formatted(policy, name, max, where, asked == null ? "none" : asked);
        }
    }
}
