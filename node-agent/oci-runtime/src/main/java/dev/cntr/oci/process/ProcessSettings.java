package dev.cntr.oci.process;

import dev.cntr.linux.proc.ResourceLimit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All that a process is to be when it executes its command.
 *
 * @param arguments the command and its arguments; a command without a slash is looked for in the environment's PATH
 * @param directory where it starts
 * @param limits of getrlimit(2)
 * @param securityLabel the context of AppArmor or SELinux to execute in, as /proc/PID/attr/current prints it
 * @param scheduling empty to leave it as it is
 * @param terminal whether descriptor 0 is to be the controlling terminal
 * @param lenient whether limits and priorities that may not be raised and a directory that may not be entered are passed
 *     over in silence: true where they copy those of another process
 */
public record ProcessSettings(
        Identity identity,
        List<String> arguments,
        Environment environment,
        String directory,
        OptionalInt umask,
        Map<ResourceLimit, ResourceLimit.Range> limits,
        Optional<String> securityLabel,
        Optional<Scheduling> scheduling,
        boolean terminal,
        boolean lenient) {
    public ProcessSettings {
        arguments = List.copyOf(arguments);
        limits = Map.copyOf(limits);
        if (arguments.isEmpty() || arguments.getFirst().isEmpty()) {
            throw new IllegalArgumentException("a process needs a command");
        }
    }
    /** The same, starting in another directory. */
    public ProcessSettings startingIn(String other) {
        return new ProcessSettings(
                identity, arguments, environment, other, umask, limits, securityLabel, scheduling, terminal, lenient);
    }

    /** The same, on a terminal. */
    public ProcessSettings onTerminal() {
        return new ProcessSettings(
                identity, arguments, environment, directory, umask, limits, securityLabel, scheduling, true, lenient);
    }
}
