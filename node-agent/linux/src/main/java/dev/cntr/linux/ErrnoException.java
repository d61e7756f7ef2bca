package dev.cntr.linux;

/** A system call failed: which call, with which error, on what. Its message is fit to be shown to a user. */
public final class ErrnoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final Errno errno;

    /**
     * @param call the call as the man pages name it
     * @param errno why it failed
     * @param subject what it was tried on: a path, a pid, a mount; empty where the call says it all
     */
    public ErrnoException(String call, Errno errno, String subject) {
        super(call + (subject.isEmpty() ? "" : " " + subject) + ": " + errno.text() + " (" + errno.name() + ")");
        this.call = call;
        this.errno = errno;
    }

    public String call() {
        return call;
    }

    public Errno errno() {
        return errno;
    }

    /** Gives the result of a system call, or throws where it is a negative errno. */
    public static long check(long result, Syscall call, String subject) {
        if (result < 0) {
            throw new ErrnoException(call.call(), Errno.of(-result), subject);
        }
        return result;
    }
}
