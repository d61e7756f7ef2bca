package dev.cntr.oci.lifecycle;

import dev.cntr.linux.program.Child;
import dev.cntr.linux.program.ControlSocket;
import dev.cntr.linux.program.Spawner;
import dev.cntr.oci.OciException;
import dev.cntr.oci.process.ProcessSteps;
import java.time.Duration;

/** Java's part while the two processes of an {@link Init} run, up to the moment when the process proper is parked. */
final class Birth {
    static final long GO = 1;

    private Birth() {}

    /**
     * Makes the process. Where it fails, what was made is killed but not waited for.
     *
     * @param limit for each answer of the program
     */
    static Child of(Init init, ControlSocket control, Duration limit) {
        Child helper = Spawner.spawn(init.program(), init.fds().put(Init.CONTROL, control.theirs()));
        control.handedOver();
        Child process = null;
        try {
            init.place().accept(helper.pid());
            control.send(GO);
            process = new Child((int) word(init, control, limit));
            init.map().accept(process.pid());
            control.send(GO);
            long ready = word(init, control, limit);
            if (ready != ProcessSteps.READY) {
                throw new IllegalStateException("the program said " + ready + " where it should be ready");
            }
            helper.await();
            return process;
        } catch (RuntimeException | Error e) {
            helper.kill();
            if (process != null) {
                process.kill();
            }
            throw e;
        }
    }

    private static long word(Init init, ControlSocket control, Duration limit) {
        return control.receive(init.program(), limit)
                .orElseThrow(
                        () -> new OciException("the process was killed while it was set up: by its memory limit, or"
                                + " with the pid namespace that it was to join"));
    }
}
