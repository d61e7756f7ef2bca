package dev.cntr.linux.security;

/** The seccomp filters of a process could not be copied. The process goes on as before. */
public final class SeccompException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SeccompException(int pid, String why) {
        super("cannot copy the seccomp filters of process " + pid + ": " + why);
    }
}
