package dev.cntr.oci.lifecycle;

import dev.cntr.linux.Errno;
import dev.cntr.linux.program.Exit;
import dev.cntr.linux.program.Failure;
import dev.cntr.linux.program.ProgramException;
import dev.cntr.oci.process.ProcessSteps;
import java.util.List;
import java.util.Locale;

/** Tells from a failed program why the command was not executed, with the exit codes of a shell: 127 or 126. */
final class NotExecuted {
    private static final int NOT_FOUND = 127;
    private static final int NOT_EXECUTABLE = 126;

    private NotExecuted() {}

    static Exit.NotExecuted because(ProgramException e) {
        List<Failure> tried = e.errors().stream()
                .filter(f -> f.step().startsWith(ProcessSteps.EXECUTE))
                .toList();
        if (tried.isEmpty()) {
            return new Exit.NotExecuted(NOT_EXECUTABLE, String.valueOf(e.getMessage()));
        }
        // Like execvp(3): a file that is there but cannot be executed counts more than those that are not there.
        Failure worst = tried.stream()
                .filter(f -> f.errno() != Errno.ENOENT && f.errno() != Errno.ENOTDIR)
                .findFirst()
                .orElse(tried.getFirst());
        String file = worst.step().substring(ProcessSteps.EXECUTE.length());
        boolean missing = worst.errno() == Errno.ENOENT || worst.errno() == Errno.ENOTDIR;
        if (missing && tried.size() > 1) {
            String command = file.substring(file.lastIndexOf('/') + 1);
            return new Exit.NotExecuted(NOT_FOUND, "exec: \"" + command + "\": executable file not found in $PATH");
        }
        String why = worst.errno().text().toLowerCase(Locale.ROOT);
        return new Exit.NotExecuted(missing ? NOT_FOUND : NOT_EXECUTABLE, "exec: \"" + file + "\": " + why);
    }
}
