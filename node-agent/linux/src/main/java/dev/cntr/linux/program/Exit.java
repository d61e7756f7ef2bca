package dev.cntr.linux.program;

/** How a process ended, wait(2). */
public sealed interface Exit {
    /** The status as a shell tells it: the process's own, or 128 and the signal's number. */
    int code();

    /** It ended by itself. */
    record Exited(int code) implements Exit {}

    /** A signal ended it. */
    record Killed(int signal) implements Exit {
        @Override
        public int code() {
            return 128 + signal;
        }
    }

    /** It did not become the command: execve(2) failed. The code is 127 where no such file was found, else 126. */
    record NotExecuted(int code, String message) implements Exit {}

    /** From the status word of wait4(2). */
    static Exit ofWaitStatus(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? new Exited(status >> 8 & 0xff) : new Killed(signal);
    }
}
