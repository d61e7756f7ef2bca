package dev.cntr.linux.cgroup;

/** A cgroup of a session's own could not be made, limited or looked at: its message says which file and why. */
public final class CgroupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CgroupException(String message) {
        super(message);
    }

    CgroupException(String message, Throwable cause) {
        super(message, cause);
    }
}
