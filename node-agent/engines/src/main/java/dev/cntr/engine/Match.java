package dev.cntr.engine;

import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** Which container of a list a user means. */
public final class Match {
    private Match() {}

    /** By id, by name, by the beginning of an id. */
    public static ContainerRef one(String engine, String reference, List<ListedContainer> all) {
        return one(engine, reference, all, (c, r) -> c.ref().name().equals(r));
    }

    /**
     * By id, by name, by the beginning of an id, in this order. Running ones win over others.
     *
     * @param named whether a container has a name, in the engine's own form
     * @return one that may not be running: asking the engine for it tells why
     * @throws EngineException.Ambiguous where several running ones could be meant
     * @throws EngineException.NotFound where there is none
     */
    public static ContainerRef one(
            String engine, String reference, List<ListedContainer> all, BiPredicate<ListedContainer, String> named) {
        if (reference.isEmpty()) {
            throw new EngineException.NotFound(engine, "without a name");
        }
        List<Predicate<ListedContainer>> ways = List.of(
                c -> c.ref().id().equals(reference),
                c -> named.test(c, reference),
                c -> c.ref().id().startsWith(reference));
        for (Predicate<ListedContainer> way : ways) {
            List<ContainerRef> matching =
                    all.stream().filter(way).map(ListedContainer::ref).toList();
            if (!matching.isEmpty()) {
                return chosen(
                        engine,
                        reference,
                        matching,
                        all.stream()
                                .filter(way)
                                .filter(ListedContainer::running)
                                .map(ListedContainer::ref)
                                .toList());
            }
        }
        throw new EngineException.NotFound(engine, reference);
    }

    private static ContainerRef chosen(
            String engine, String reference, List<ContainerRef> matching, List<ContainerRef> running) {
        return switch (running.size()) {
            case 0 -> matching.getFirst();
            case 1 -> running.getFirst();
            default -> throw new EngineException.Ambiguous(engine, reference, running);
        };
    }
}
