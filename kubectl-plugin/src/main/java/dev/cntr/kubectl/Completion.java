package dev.cntr.kubectl;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What can follow on a command line, for the TAB key: {@code kubectl_complete-cntr} asks, kubectl asks that (its release notes of
 * 1.26). Names in the cluster are those that kubectl itself proposes for {@code kubectl exec}, and for {@code kubectl get} of nodes and sessions. The answer is one candidate a line
 * and a last line with a directive of cobra's shell completion: {@code :0} files may follow, {@code :4} they may not, {@code :6} nor a space.
 */
final class Completion {
    /** How this is called: {@code kubectl-cntr __complete WORD...}, the last of which is being written. */
    static final String COMMAND = "__complete";

    private static final List<String> FILES = List.of(":0");
    private static final String NO_FILES = ":4";
    private static final String NEITHER_FILES_NOR_SPACE = ":6";
    private static final String NODE = "node/";

    /** The options that {@code kubectl exec} has as well. */
    private static final List<String> KUBECTLS = List.of("--container", "--namespace", "--context", "--kubeconfig");

    /** Those that {@code kubectl get} has. */
    private static final List<String> GETS = List.of("--namespace", "--context", "--kubeconfig");

    private final CommandLine program;
    private final Function<List<String>, List<String>> kubectl;

    /** @param kubectl what kubectl prints for its arguments; nothing where it fails */
    Completion(CommandLine program, Function<List<String>, List<String>> kubectl) {
        this.program = program;
        this.kubectl = kubectl;
    }

    /** Prints the answer. */
    static int print(CommandLine program, List<String> words, PrintStream to) {
        new Completion(program, Completion::kubectl).of(words).forEach(to::println);
        to.flush();
        return to.checkError() ? 1 : 0;
    }

    /** @param words what stands behind {@code kubectl cntr}; the last is being written, and may be empty */
    List<String> of(List<String> words) {
        String word = words.isEmpty() ? "" : words.getLast();
        if (words.size() < 2) {
            return matching(program.getSubcommands().keySet().stream(), word);
        }
        CommandLine subcommand = program.getSubcommands().get(words.getFirst());
        List<String> before = words.subList(1, words.size() - 1);
        if (subcommand == null || before.contains("--")) {
            return FILES; // of a command in the container nothing is known here
        }
        CommandSpec command = subcommand.getCommandSpec();
        Optional<OptionSpec> open = before.isEmpty() ? Optional.empty() : taking(command, before.getLast());
        if (open.isPresent()) {
            return value(command, open.get(), before, word);
        }
        if (word.startsWith("-")) {
            return matching(command.options().stream().map(OptionSpec::longestName), word);
        }
        return switch (command.name()) {
            case "attach" -> target(command, before, word);
            case "approve", "reattach" -> named(command, before) ? List.of(NO_FILES) : session(command, before, word);
            default -> FILES;
        };
    }

    private List<String> value(CommandSpec command, OptionSpec option, List<String> before, String word) {
        if (KUBECTLS.contains(option.longestName())) {
            return cluster(command, before, word);
        }
        return option.completionCandidates() == null
                ? FILES
                : matching(Stream.of(option.completionCandidates()).flatMap(Completion::stream), word);
    }

    private static Stream<String> stream(Iterable<String> all) {
        List<String> list = new ArrayList<>();
        all.forEach(list::add);
        return list.stream();
    }

    /** What {@code kubectl exec} takes, and nodes, which it does not. */
    private List<String> target(CommandSpec command, List<String> before, String word) {
        if (word.matches("(no|nodes?)/.*")) {
            return ask(List.of("get"), GETS, false, command, before, word);
        }
        List<String> others = cluster(command, before, word);
        if (word.isEmpty() || !NODE.startsWith(word)) {
            return others;
        }
        List<String> all = new ArrayList<>(others.subList(0, Math.max(0, others.size() - 1)));
        all.add(NODE);
        all.add(all.size() == 1 ? NEITHER_FILES_NOR_SPACE : others.getLast());
        return all;
    }

    private List<String> session(CommandSpec command, List<String> before, String word) {
        String kind = before.contains("--node") ? "nodedebugsessions" : "debugsessions";
        return ask(List.of("get", kind), GETS, false, command, before, word);
    }

    /** Whether a name stands among these words. */
    private static boolean named(CommandSpec command, List<String> before) {
        for (int i = 0; i < before.size(); i++) {
            if (!before.get(i).startsWith("-")) {
                return true;
            }
            i += taking(command, before.get(i)).isPresent() ? 1 : 0;
        }
        return false;
    }

    /** Kubectl's own answer for what it knows of the line. */
    private List<String> cluster(CommandSpec command, List<String> before, String word) {
        return ask(List.of("exec"), KUBECTLS, true, command, before, word);
    }

    /**
     * What kubectl proposes for another command of its own.
     *
     * @param asked that command
     * @param known options that it has as well
     * @param names whether it gets the words, too, that are no options
     */
    private List<String> ask(
            List<String> asked,
            List<String> known,
            boolean names,
            CommandSpec command,
            List<String> before,
            String word) {
        List<String> line = new ArrayList<>(List.of(COMMAND));
        line.addAll(asked);
        for (int i = 0; i < before.size(); i++) {
            String written = before.get(i);
            String name = written.replaceFirst("=.*", "");
            OptionSpec option = command.findOption(name);
            boolean takes = taking(command, written).isPresent();
            if (option == null ? names && !written.startsWith("-") : known.contains(option.longestName())) {
                line.add(written);
                if (takes && i + 1 < before.size()) {
                    line.add(before.get(i + 1));
                }
            }
            i += takes ? 1 : 0;
        }
        line.add(word);
        return kubectl.apply(line);
    }

    /** The option that this word is, when the next word is its value. */
    private static Optional<OptionSpec> taking(CommandSpec command, String written) {
        return Optional.ofNullable(command.findOption(written))
                .filter(option -> option.arity().min() > 0);
    }

    private static List<String> matching(Stream<String> all, String word) {
        return Stream.concat(all.filter(s -> s.startsWith(word)).sorted(), Stream.of(NO_FILES))
                .toList();
    }

    private static List<String> kubectl(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("kubectl"));
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return said.isEmpty() ? List.of(NO_FILES) : said.lines().toList();
        } catch (IOException e) {
            return List.of(NO_FILES); // there is no message in a completion
        }
    }
}
