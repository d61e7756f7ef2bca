package dev.cntr.agent.retired;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a retired agent has counted and not yet told to the agent after it, which counts it as its own: nobody asks a retired one. Thread-safe. */
public final class Counts {
    private static final String MARK = "+ ";

    private final Map<What, Double> sums = new HashMap<>();

    /** @param label none, or name and value in turn; no word of it holds a space */
    private record What(String name, List<String> label) {}

    /** Who counts. */
    @FunctionalInterface
    public interface Counter {
        /**
         * Adds to a counter.
         *
         * @param label none, or name and value in turn
         */
        void count(String name, double more, String... label);
    }

    /** As of {@link Counter}. */
    public synchronized void add(String name, double more, String... label) {
        sums.merge(new What(name, List.of(label)), more, Double::sum);
    }

    /** As lines, {@code + NAME VALUE [LABEL VALUE]…}, which are forgotten here. */
    synchronized String take() {
        StringBuilder lines = new StringBuilder();
        sums.forEach((what, sum) -> {
            lines.append(MARK).append(what.name()).append(' ').append(sum.doubleValue());
            what.label().forEach(word -> lines.append(' ').append(word));
            lines.append('\n');
        });
        sums.clear();
        return lines.toString();
    }

    /** Whether a line is one of these, which is then counted where it can be read. */
    static boolean tell(String line, Counter counter) {
        if (!line.startsWith(MARK)) {
            return false;
        }
        List<String> words =
                new ArrayList<>(List.of(line.substring(MARK.length()).split(" ")));
        if (words.size() >= 2) {
            number(words.get(1))
                    .ifPresent(more -> counter.count(
                            words.getFirst(),
                            more,
                            words.subList(2, words.size()).toArray(String[]::new)));
        }
        return true;
    }

    private static Optional<Double> number(String text) {
        try {
            return Optional.of(Double.valueOf(text)).filter(value -> value >= 0 && !value.isInfinite());
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }
}
