package dev.cntr.attach;

import dev.cntr.attach.exec.SessionMount;
import dev.cntr.linux.terminal.WindowSize;
import dev.cntr.oci.process.Environment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is to run in a debug container.
 *
 * @param arguments the command, looked for in PATH where it has no slash, and its arguments
 * @param environment variables besides the target's: those of the user's terminal (TERM, LANG, LC_*, COLORTERM), PATH of
 *     the tools, or what a user asked for. They win over the target's
 * @param terminal whether it gets a terminal; else it gets three pipes
 * @param size of the terminal at the start
 * @param root which tree it sees at {@code /}
 * @param elevation what it may do beyond the target
 * @param kept variables of the caller that the user asked to keep. The target's win over them
 * @param runtimeSpec the {@code config.json} that the target was made by, where its engine tells it: what its seccomp
 *     filters are made of where they cannot be copied
 * @param cgroup limits of its own; without, it is limited with the target, in its cgroups
 */
public record Command(
        List<String> arguments,
        Map<String, String> environment,
        boolean terminal,
        WindowSize size,
        Root root,
        Elevation elevation,
        Map<String, String> kept,
        Optional<String> runtimeSpec,
        Optional<OwnCgroup> cgroup) {
    /** A login shell: bash where the tools have it. On a terminal it finds the session's own {@code cntr} as well. */
    public static final List<String> SHELL = List.of("sh", "-c", """
            own=@
            if ! command -v bash >/dev/null 2>&1; then
              if [ -r $own/shrc ]; then ENV=$own/shrc exec sh -l; else exec sh -l; fi
            elif [ -t 0 ] && [ -r $own/bashrc ]; then exec bash --rcfile $own/bashrc
            else exec bash -l; fi""".replace("@", SessionMount.DIRECTORY));

    /** The tree at {@code /}. */
    public enum Root {
        /** The tools'; the target's is at {@link AttachPlan#TARGET_ROOT}. */
        TOOLS,
        /** The target's own, as for the target itself: no tools, and its own PATH. */
        TARGET
    }

    public Command {
        arguments = arguments.isEmpty() ? SHELL : List.copyOf(arguments);
        environment = Map.copyOf(environment);
        kept = Map.copyOf(kept);
    }

    /** One that runs with the tools, and may do what the target may. */
    public Command(List<String> arguments, Map<String, String> environment, boolean terminal, WindowSize size) {
        this(
                arguments,
                environment,
                terminal,
                size,
                Root.TOOLS,
                Elevation.NONE,
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    /** Another command in its place, without a terminal. */
    Command running(List<String> words) {
        return new Command(words, environment, false, size, root, elevation, kept, runtimeSpec, cgroup);
    }

    /** With a terminal or without. */
    Command onTerminal(boolean wanted) {
        return new Command(arguments, environment, wanted, size, root, elevation, kept, runtimeSpec, cgroup);
    }

    /** With more rights than the target. */
    public Command elevated(Elevation to) {
        return new Command(arguments, environment, terminal, size, root, to, kept, runtimeSpec, cgroup);
    }

    /** In the target's own tree. */
    public Command inTargetsTree() {
        return new Command(arguments, environment, terminal, size, Root.TARGET, elevation, kept, runtimeSpec, cgroup);
    }

    /** With variables of the caller where the target has none of that name. */
    public Command keeping(Map<String, String> variables) {
        return new Command(arguments, environment, terminal, size, root, elevation, variables, runtimeSpec, cgroup);
    }

    /** With what the target was made by. */
    public Command madeBy(Optional<String> spec) {
        return new Command(arguments, environment, terminal, size, root, elevation, kept, spec, cgroup);
    }

    /** With limits of its own. */
    public Command limited(OwnCgroup own) {
        return new Command(
                arguments, environment, terminal, size, root, elevation, kept, runtimeSpec, Optional.of(own));
    }

    /** With commands looked for where the tools have them. */
    public Command withPath(String path) {
        Map<String, String> changed = new HashMap<>(environment);
        changed.put("PATH", path);
        return new Command(arguments, changed, terminal, size, root, elevation, kept, runtimeSpec, cgroup);
    }

    /** The PATH of the tools. */
    String path() {
        return environment.getOrDefault("PATH", Environment.DEFAULT_PATH);
    }
}
