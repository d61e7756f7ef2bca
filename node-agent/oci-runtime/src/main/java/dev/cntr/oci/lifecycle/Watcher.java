package dev.cntr.oci.lifecycle;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.At;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Child;
import dev.cntr.linux.program.ControlSocket;
import dev.cntr.linux.program.FdTable;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Program;
import dev.cntr.linux.program.Spawner;
import dev.cntr.linux.program.Step;
import java.util.function.IntConsumer;

/**
 * A process that outlives this JVM where that is killed, to kill what a container's first process left behind: that one
 * dies with the JVM by its death signal, but nobody tells its children. It is a program of one page that waits for the end
 * of a socket, then looks through /proc for processes of the container's mount namespace until there is none.
 *
 * <p>It holds that namespace open, so that its number cannot become another's while it is looked for. It has no descriptor
 * of anything else, and is in the container's cgroups: who kills all of the JVM's cgroup, as
 * kubelet does, does not kill it too.
 */
final class Watcher implements AutoCloseable {
    private static final long ALL_FDS = 0xffffffffL;
    /** The mount namespace, held and not used. */
    private static final int NAMESPACE = Init.CONTROL + 1;
    /** The first descriptors that open(2) gives, when all others are closed. */
    private static final int PROC = 0;

    private static final int ENTRY = 1;
    private static final int LAST_STANDARD = 2;

    /**
     * Room for exactly one entry of /proc: the shortest one, of a name up to 4 letters, takes 24 bytes, the longest that
     * there is 40, and two do not fit. {@code struct linux_dirent64} of getdents64(2).
     */
    private static final int ONE_ENTRY = 47;

    private static final int NAME_IN_ENTRY = 19;
    private static final int SIZEOF_STAT = 144;
    /** {@code st_ino} of {@code struct stat}, on both architectures. */
    private static final int INODE_IN_STAT = 8;
    /** futex(2) compares a word of memory with a number, and does nothing more where it has nobody to wake. */
    private static final int FUTEX_CMP_REQUEUE_PRIVATE = 4 | 128;

    private static final int SIGKILL = 9;
    private static final long PAUSE_NANOS = 20_000_000;

    private final ControlSocket control;
    private final Child child;

    private Watcher(ControlSocket control, Child child) {
        this.control = control;
        this.child = child;
    }

    /**
     * Starts one, as a child of the calling thread.
     *
     * @param place puts a pid into the container's cgroups
     */
    static Watcher start(Leftovers.Held namespace, IntConsumer place) {
        ControlSocket control = ControlSocket.open();
        try {
            Program program = program(namespace.identity().inode(), Architecture.current());
            Child child = Spawner.spawn(
                    program, new FdTable().put(Init.CONTROL, control.theirs()).put(NAMESPACE, namespace.fd()));
            control.handedOver();
            place(child, place);
            return new Watcher(control, child);
        } catch (RuntimeException | Error e) {
            control.close(); // which ends it, if it is there
            throw e;
        }
    }

    /** Where the cgroups are gone or full it stays in the JVM's: who kills only the JVM does not kill it there either. */
    private static void place(Child child, IntConsumer place) {
        try {
            place.accept(child.pid());
        } catch (RuntimeException e) {
            // the container's process is in them, or has ended
        }
    }

    static Program program(long inode, Architecture architecture) {
        Assembler a = Assembler.silent(architecture);
        a.call("close the standard streams", Syscall.CLOSE_RANGE, 0, LAST_STANDARD, 0);
        a.call("close all other files", Syscall.CLOSE_RANGE, NAMESPACE + 1, ALL_FDS, 0);
        a.call("away from the JVM's terminal", Syscall.SETSID).ignoringErrors();
        Label ended = a.label("the JVM has ended");
        Step wait = a.call("wait for the JVM's end", Syscall.READ, Init.CONTROL, a.buffer(8), 8);
        wait.onPositive(wait.start()).onZero(ended).onError(ended);
        a.place(ended);
        long flags = OpenFlag.O_DIRECTORY.bits(architecture) | OpenFlag.O_CLOEXEC.bits(architecture);
        a.call("open /proc", Syscall.OPENAT, At.FDCWD, a.string("/proc"), flags);
        Label look = a.label("look through /proc");
        Label again = a.label("look again");
        Label killed = a.label("one was killed");
        Label none = a.label("none is left");
        a.place(look);
        a.call("from the start", Syscall.LSEEK, PROC, 0, 0);
        scan(a, flags, inode, killed, none);
        a.place(killed);
        a.call("close it", Syscall.CLOSE, ENTRY);
        scan(a, flags, inode, killed, again);
        a.place(again);
        Step pause = a.call("let them end", Syscall.PPOLL, 0, 0, a.longs(0, PAUSE_NANOS), 0);
        pause.onSuccess(look).onError(look);
        a.place(none);
        a.exit(0);
        return a.assemble();
    }

    /**
     * Goes on through /proc. It leaves where it killed a process, with that one's directory open, and at the end; what
     * follows it is not come to otherwise.
     */
    private static void scan(Assembler a, long flags, long inode, Label killed, Label end) {
        long entry = a.buffer(ONE_ENTRY + 1L);
        long stat = a.buffer(SIZEOF_STAT);
        Label close = a.label("not one of them");
        Step next = a.call("next entry", Syscall.GETDENTS64, PROC, entry, ONE_ENTRY)
                .onZero(end)
                .onError(end);
        a.call("open it", Syscall.OPENAT, PROC, entry + NAME_IN_ENTRY, flags).onError(next.start());
        a.call("its mount namespace", Syscall.NEWFSTATAT, ENTRY, a.string("ns/mnt"), stat, 0)
                .onError(close);
        long number = stat + INODE_IN_STAT;
        a.call("is it the container's", Syscall.FUTEX, number, FUTEX_CMP_REQUEUE_PRIVATE, 0, 0, number, inode)
                .onError(close);
        a.call("kill it", Syscall.PIDFD_SEND_SIGNAL, ENTRY, SIGKILL, 0, 0)
                .onSuccess(killed)
                .onError(close);
        a.place(close);
        Step closed = a.call("close it", Syscall.CLOSE, ENTRY);
        closed.onSuccess(next.start()).onError(next.start());
    }

    /** Ends it, where the JVM has seen to everything itself. It is reaped with the thread's other children. */
    @Override
    public void close() {
        child.kill();
        control.close();
    }
}
