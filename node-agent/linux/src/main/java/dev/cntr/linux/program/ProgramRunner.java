package dev.cntr.linux.program;

import java.time.Duration;

/** Runs a program that does its work and ends, such as a change of mounts that a multi-threaded process may not make. */
public final class ProgramRunner {
    private ProgramRunner() {}

    /**
     * Runs a program to its end.
     *
     * @param fds what it has open besides its control descriptor
     * @param limit after which it is killed
     * @throws ProgramException when a step failed, or when it took too long
     */
    public static Exit run(Program program, FdTable fds, Duration limit) {
        int control = program.control()
                .orElseThrow(() -> new IllegalArgumentException("a silent program cannot be run with a limit"));
        try (ControlSocket socket = ControlSocket.open()) {
            Child child = Spawner.spawn(program, fds.put(control, socket.theirs()));
            socket.handedOver();
            boolean ended = false;
            try {
                while (socket.receive(program, limit).isPresent()) {
                    // a word that nobody waits for
                }
                ended = true;
            } finally {
                if (!ended) {
                    child.kill();
                    child.await();
                }
            }
            return child.await();
        }
    }
}
