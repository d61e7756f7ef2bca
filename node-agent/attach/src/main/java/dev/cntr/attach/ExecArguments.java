package dev.cntr.attach;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The command line of {@code cntr} inside a session. */
sealed interface ExecArguments {
    String USAGE = """
            usage: cntr exec [--] [COMMAND [ARGUMENT...]]

            Runs COMMAND (default: a shell) in the container's own tree and with its own environment.
            Inside a session cntr knows nothing else: attach, exec NAME, list and images are for the machine.
            """;

    /** What is to be run; no words for a shell. */
    record Run(List<String> words) implements ExecArguments {
        public Run {
            words = List.copyOf(words);
        }
    }

    /** Nothing to run: its exit code, and what is said. */
    record Wrong(int code, String text) implements ExecArguments {}

    /** @param line with the program's own name first */
    static ExecArguments of(List<byte[]> line) {
        List<String> words = line.stream()
                .skip(1)
                .map(word -> new String(word, StandardCharsets.UTF_8))
                .toList();
        for (int i = 0; i < words.size(); i++) {
            if (!Arrays.equals(words.get(i).getBytes(StandardCharsets.UTF_8), line.get(i + 1))) {
                return new Wrong(2, "cntr: \"" + words.get(i) + "\" is not UTF-8, which arguments have to be\n");
            }
        }
        if (words.contains("--help") && words.indexOf("--help") <= 1) {
            return new Wrong(0, USAGE);
        }
        if (words.isEmpty() || !words.getFirst().equals("exec")) {
            return new Wrong(2, USAGE);
        }
        List<String> command = words.subList(1, words.size());
        if (command.isEmpty()) {
            return new Run(command);
        }
        if (command.getFirst().equals("--")) {
            return new Run(command.subList(1, command.size()));
        }
        return command.getFirst().startsWith("-")
                ? new Wrong(2, "cntr: unknown option " + command.getFirst() + "\n" + USAGE)
                : new Run(command);
    }
}
