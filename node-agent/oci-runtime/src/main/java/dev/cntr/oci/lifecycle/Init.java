package dev.cntr.oci.lifecycle;

import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.FdTable;
import dev.cntr.linux.program.Program;
import dev.cntr.linux.program.Step;
import java.util.function.IntConsumer;

/**
 * What makes a container: the program, its descriptors, and what Java does meanwhile. The program is two processes. The
 * <em>helper</em> waits until Java has placed it, enters or makes the namespaces, forks the process proper as its sibling,
 * sends its pid and ends. The process proper goes on to {@link dev.cntr.oci.process.ProcessSteps}.
 *
 * @param fds without the control descriptor, which is {@link #CONTROL}
 * @param place called with the helper's pid before it does anything: joins its cgroups, sets its oom score
 * @param map called with the process's pid when the helper has made it, before it goes on: writes the maps of a new user
 *     namespace
 */
public record Init(Program program, FdTable fds, IntConsumer place, IntConsumer map) {
    /** The control descriptor in the program. */
    public static final int CONTROL = 3;

    private static final long ALL_FDS = 0xffffffffL;
    private static final long CLONE_PARENT = 0x8000;

    /** An init whose process makes no user namespace. */
    public Init(Program program, FdTable fds, IntConsumer place) {
        this(program, fds, place, pid -> {});
    }

    /**
     * Adds the first steps: close what is not meant for it, and wait for {@link #place}.
     *
     * @param highest the last of its descriptors
     */
    public static void begin(Assembler a, int highest) {
        a.call("close all other files", Syscall.CLOSE_RANGE, highest + 1L, ALL_FDS, 0);
        a.await("wait for the cgroup");
    }

    /**
     * Adds the fork; what follows is the process proper. It is a child of Java, not of the helper: that one ends.
     *
     * @param namespaces {@code CLONE_NEW*} flags of those to make
     */
    public static void fork(Assembler a, long namespaces) {
        var child = a.label("the process");
        Step fork = a.fork("fork the process", namespaces | CLONE_PARENT).onZero(child);
        a.send("tell its pid", fork);
        a.exit(0);
        a.place(child);
        a.await("wait for the id maps"); // also that Java has its pid, before it says anything itself
    }
}
