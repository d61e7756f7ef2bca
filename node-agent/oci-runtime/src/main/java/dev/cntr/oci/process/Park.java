package dev.cntr.oci.process;

/** Where a process waits, set up but for its execve(2), until it is told to start. */
public sealed interface Park {
    /** For a word on the control socket of the JVM that made it, whose end is the process's end too. */
    record OnControl() implements Park {}

    /**
     * For a byte from a FIFO, written by another run of {@code cntr-oci}.
     *
     * @param fd of the FIFO, open for reading and writing
     */
    record OnFifo(int fd) implements Park {}
}
