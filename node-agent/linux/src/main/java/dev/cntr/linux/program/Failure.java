package dev.cntr.linux.program;

import dev.cntr.linux.Errno;
import dev.cntr.linux.Syscall;

/** The step of a program that failed, with its error. */
public record Failure(String step, Syscall call, Errno errno) {
    @Override
    public String toString() {
        return step + ": " + call.call() + ": " + errno.text() + " (" + errno.name() + ")";
    }
}
