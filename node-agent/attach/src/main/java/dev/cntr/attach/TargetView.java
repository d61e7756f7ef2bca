package dev.cntr.attach;

import dev.cntr.linux.At;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Step;

/** Emits the steps that lead to the target's own root: that of its mount namespace, or the one that it is chrooted to. */
final class TargetView {
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final int SIZEOF_OPEN_HOW = 24;

    private final Assembler a;
    private final Target target;

    TargetView(Assembler a, Target target) {
        this.a = a;
        this.target = target;
    }

    void emit() {
        if (!target.root().equals("/")) {
            long flags = OpenFlag.O_PATH.bits(a.architecture()) | OpenFlag.O_CLOEXEC.bits(a.architecture());
            long how = a.longs(flags, 0, RESOLVE_NO_SYMLINKS); // struct open_how: flags, mode, resolve
            Step open = a.call(
                    "find the target's root", Syscall.OPENAT2, At.FDCWD, a.string(target.root()), how, SIZEOF_OPEN_HOW);
            a.call("enter the target's root", Syscall.FCHDIR, 0).take(0, open);
            a.call("make it the root", Syscall.CHROOT, a.string("."));
        }
        a.call("enter the root", Syscall.CHDIR, a.string("/"));
    }
}
