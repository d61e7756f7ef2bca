package dev.cntr.oci.cli;

import dev.cntr.oci.OciException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A command line as runc takes it: options of the program before the command; options of the command before or after its
 * operands. {@code --name value}, {@code --name=value}, and {@code -name}, which Go's flag package allows.
 */
final class Arguments {
    /** Options that have a value. */
    private static final Set<String> VALUED = Set.of(
            "root",
            "log",
            "log-format",
            "criu",
            "rootless",
            "bundle",
            "console-socket",
            "pid-file",
            "preserve-fds",
            "format");

    /** Options that are on or off. */
    private static final Set<String> SWITCHES =
            Set.of("debug", "systemd-cgroup", "no-pivot", "no-new-keyring", "force", "all", "quiet", "help", "version");

    private static final Map<String, String> SHORT =
            Map.of("b", "bundle", "f", "force", "a", "all", "q", "quiet", "h", "help", "v", "version");

    private final Map<String, String> options = new HashMap<>();
    private final List<String> operands = new ArrayList<>();

    private Arguments() {}

    static Arguments parse(String... words) {
        Arguments arguments = new Arguments();
        Deque<String> rest = new ArrayDeque<>(List.of(words));
        while (!rest.isEmpty()) {
            String word = rest.poll();
            if (word.equals("--")) {
                arguments.operands.addAll(rest);
                break;
            }
            if (word.length() > 1 && word.startsWith("-")) {
                arguments.option(word, rest);
            } else {
                arguments.operands.add(word);
            }
        }
        return arguments;
    }

    private void option(String word, Deque<String> rest) {
        String name = word.substring(word.startsWith("--") ? 2 : 1);
        Optional<String> value = Optional.empty();
        int equals = name.indexOf('=');
        if (equals > 0) {
            value = Optional.of(name.substring(equals + 1));
            name = name.substring(0, equals);
        }
        String full = SHORT.getOrDefault(name, name);
        if (VALUED.contains(full)) {
            String given = value.orElseGet(rest::poll);
            if (given == null) {
                throw new OciException("option --" + full + " needs a value");
            }
            options.put(full, given);
        } else if (SWITCHES.contains(full)) {
            if (!value.orElse("true").equals("false")) {
                options.put(full, "true");
            }
        } else {
            throw new OciException("unknown option " + word + "; see cntr-oci --help");
        }
    }

    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    boolean has(String name) {
        return options.containsKey(name);
    }

    /** The command; empty where there is none. */
    Optional<String> command() {
        return operands.isEmpty() ? Optional.empty() : Optional.of(operands.getFirst());
    }

    /** An operand after the command, from 0. */
    Optional<String> operand(int index) {
        return operands.size() > index + 1 ? Optional.of(operands.get(index + 1)) : Optional.empty();
    }

    /** The operand that most commands have. */
    String id() {
        return operand(0)
                .orElseThrow(() -> new OciException("\"" + command().orElse("") + "\" needs the id of a container"));
    }
}
