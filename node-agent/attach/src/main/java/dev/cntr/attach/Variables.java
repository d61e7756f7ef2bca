package dev.cntr.attach;

import dev.cntr.oci.process.Environment;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes the environment of a debug process. */
final class Variables {
    /** Variables of the target that name files of its own tree for the dynamic linker, ld.so(8). */
    private static final Set<String> LINKER = Set.of("LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT");

    /** Variables that describe a terminal and its user: the client's, never the target's. */
    private static final Set<String> TERMINAL = Set.of("TERM", "LANG", "COLORTERM");

    private Variables() {}

    static Environment of(Environment target, Command command, List<String> warnings) {
        boolean tools = command.root() == Command.Root.TOOLS;
        Environment environment = target;
        for (String name : LINKER) {
            if (tools && target.value(name).isPresent()) {
                environment = environment.without(name);
                warnings.add(name + " of the target is left out: it names files of the target's own tree");
            }
        }
        for (String name : target.names()) {
            if (TERMINAL.contains(name) || name.startsWith("LC_")) {
                environment = environment.without(name);
            }
        }
        for (Map.Entry<String, String> variable : command.kept().entrySet()) {
            if (environment.value(variable.getKey()).isEmpty()) {
                environment = environment.with(variable.getKey(), variable.getValue());
            }
        }
        if (tools) {
            environment = environment.with("PATH", command.path());
        }
        for (Map.Entry<String, String> variable : command.environment().entrySet()) {
            if (tools || !variable.getKey().equals("PATH")) {
                environment = environment.with(variable.getKey(), variable.getValue());
            }
        }
        return environment;
    }
}
