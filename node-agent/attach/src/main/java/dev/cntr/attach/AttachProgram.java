package dev.cntr.attach;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Program;
import dev.cntr.oci.lifecycle.Init;
import dev.cntr.oci.process.Park;
import dev.cntr.oci.process.ProcessSteps;
import java.util.List;

/**
 * Compiles a plan into a syscall program. The order is the one that kernels accept:
 *
 * <ol>
 *   <li>All namespaces by one setns(2) of the target's pidfd, after the helper is in the target's cgroups: later its pid
 *       is another one for whoever places it.
 *   <li>A copy of the mount namespace, and every mount in it a slave <em>before</em> anything is moved: else the tools
 *       would propagate into a target whose root is shared, and stay there.
 *   <li>{@link ToolsView}: the tools become the root, the target's tree goes to /var/lib/cntr.
 *   <li>The target's identity, limits and filters, and only then the fork. Its child is the first process that is in the
 *       target's pid namespace, where root may have CAP_SYS_PTRACE, which is enough to take over any process that it can
 *       name, dumpable or not: what is seen there never has more rights than the command will have.
 * </ol>
 */
public final class AttachProgram {
    /** The tools' detached mount; without tools, nothing that is used. */
    static final int TOOLS = 4;

    static final int PIDFD = 5;

    /** The detached mount of the session's own files; without one, nothing that is used. */
    static final int SESSION = 6;

    static final String ENTER = "enter the namespaces";
    static final String PIVOT = "make the tools the root";

    private static final int PR_SET_DUMPABLE = 4;
    private static final long MS_REC = 0x4000;
    private static final long MS_SLAVE = 0x80000;
    private static final long MS_NOSUID_NODEV_NOEXEC = 2 | 4 | 8;

    private static final long MS_RDONLY = 1;
    private static final long MS_REMOUNT = 32;
    private static final long MS_BIND = 4096;
    private static final List<String> READ_ONLY =
            List.of("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs");

    private AttachProgram() {}

    /** The program for an architecture. */
    public static Program compile(AttachPlan plan, Architecture architecture) {
        Target target = plan.target();
        Assembler a = Assembler.reporting(architecture, Init.CONTROL);
        Init.begin(a, SESSION);
        a.call("not to be traced", Syscall.PRCTL, PR_SET_DUMPABLE, 0, 0, 0, 0);
        ProcessSteps process = new ProcessSteps(a, plan.settings());
        process.label(); // while /proc is this machine's
        plan.outsideGroups().ifPresent(groups -> {
            int[] ids = groups.stream().mapToInt(Long::intValue).toArray();
            a.call("groups", Syscall.SETGROUPS, ids.length, ids.length == 0 ? 0 : a.ints(ids));
        });
        long namespaces =
                target.namespaces().stream().mapToLong(Namespace::flag).reduce(0, (x, y) -> x | y);
        if (namespaces != 0) {
            a.call(ENTER, Syscall.SETNS, PIDFD, namespaces);
        }
        if (target.ownUserNamespace()) {
            // Where the namespace maps no root, its capabilities do instead.
            a.call("root's group of the user namespace", Syscall.SETRESGID, 0, 0, 0)
                    .ignoringErrors();
            a.call("root of the user namespace", Syscall.SETRESUID, 0, 0, 0).ignoringErrors();
            a.call("not to be traced", Syscall.PRCTL, PR_SET_DUMPABLE, 0, 0, 0, 0);
        }
        a.call("copy the mount namespace", Syscall.UNSHARE, Namespace.MNT.flag());
        a.call("let no mount propagate", Syscall.MOUNT, 0, a.string("/"), 0, MS_REC | MS_SLAVE, 0);
        switch (plan.root()) {
            case TOOLS -> new ToolsView(a, target).emit();
            case TARGET -> new TargetView(a, target).emit();
        }
        if (plan.root() == Command.Root.TOOLS && !target.procMounted()) {
            mountProc(a);
        }
        if (plan.root() == Command.Root.TOOLS) {
            // Stays so where the user may not enter the target's working directory.
            a.call("enter the target's tree", Syscall.CHDIR, a.string(AttachPlan.TARGET_ROOT))
                    .ignoringErrors();
        }
        process.become(plan.held());
        Init.fork(a, 0);
        process.execute(new Park.OnControl());
        return a.assemble();
    }

    /**
     * A /proc for a target that has none; as in containers, root must not change the machine by it. The kernel makes it for
     * the pid namespace of the children (fs/proc/root.c), so this can come before the fork.
     */
    private static void mountProc(Assembler a) {
        long proc = a.string("proc");
        a.call("mount proc", Syscall.MOUNT, proc, a.string("/proc"), proc, MS_NOSUID_NODEV_NOEXEC, 0)
                .ignoringErrors();
        for (String path : READ_ONLY) {
            long at = a.string(path);
            long flags = MS_NOSUID_NODEV_NOEXEC | MS_BIND | MS_REMOUNT | MS_RDONLY;
            a.call("bind " + path, Syscall.MOUNT, at, at, 0, MS_BIND, 0).ignoringErrors();
            a.call("make it read-only", Syscall.MOUNT, 0, at, 0, flags, 0).ignoringErrors();
        }
    }
}
