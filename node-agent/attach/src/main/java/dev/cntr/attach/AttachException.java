package dev.cntr.attach;

import dev.cntr.linux.Errno;
import dev.cntr.linux.program.Failure;
import dev.cntr.linux.program.ProgramException;

/** A debug container could not be made. The message says what was tried on what, why it failed, and the next step. */
public final class AttachException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AttachException(String message) {
        super(message);
    }

    AttachException(String message, Throwable cause) {
        super(message, cause);
    }

    /** From a step of the program that failed. */
    static AttachException of(Target target, ProgramException e) {
        String hint = e.failure().map(AttachException::hint).orElse("");
        return new AttachException(
                "cannot attach to " + target.process() + ": " + e.getMessage() + (hint.isEmpty() ? "" : "; " + hint),
                e);
    }

    private static String hint(Failure f) {
        return switch (f.step()) {
            case AttachProgram.PIVOT ->
                f.errno() == Errno.ENOENT
                        ? "the tools' tree has no directory var/lib/cntr: make one in the image or directory of the tools"
                        : "";
            case AttachProgram.ENTER ->
                f.errno() == Errno.ESRCH
                        ? "it has ended"
                        : "entering namespaces takes CAP_SYS_ADMIN, CAP_SYS_CHROOT and CAP_SYS_PTRACE: run it as root, or"
                                + " privileged";
            default ->
                f.errno() == Errno.EPERM ? "whoever attaches must hold every capability that the target holds" : "";
        };
    }
}
