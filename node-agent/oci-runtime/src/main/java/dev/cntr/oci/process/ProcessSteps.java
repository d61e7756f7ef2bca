package dev.cntr.oci.process;

import dev.cntr.linux.At;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.ProcessStatus.CapabilitySets;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Step;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.linux.security.SeccompFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Emits the last part of a program: the process, already in its namespaces and with its root, becomes who it is to be,
 * says {@link #READY}, waits to be started, and executes its command.
 *
 * <p>The order is the kernel's: labels and limits while there are privileges; seccomp filters before capabilities are
 * dropped, for they need CAP_SYS_ADMIN, but last of all under no_new_privs, so that they need not allow the rest; the
 * death signal after the last change of identity, which clears it (prctl(2)). A fork may be between {@link #become} and
 * {@link #execute}: all that {@code become} sets is inherited, and {@code execute} needs no privileges.
 */
public final class ProcessSteps {
    /** The word that says that everything but execve(2) is done. */
    public static final long READY = 1;

    /** Begins the name of every execve(2) step. */
    public static final String EXECUTE = "execute ";

    private static final int FIRST_OTHER_FD = 3;
    private static final long ALL_FDS = 0xffffffffL;
    private static final int CLOSE_RANGE_CLOEXEC = 4;
    private static final long TIOCSCTTY = 0x540e;
    private static final int X_OK = 1;

    // linux/prctl.h
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_SET_KEEPCAPS = 8;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_SECUREBITS = 28;
    private static final int SECBIT_NOROOT = 1;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private static final int SIGKILL = 9;

    private static final int CAPABILITY_VERSION_3 = 0x20080522;
    private static final int SECCOMP_SET_MODE_FILTER = 1;

    private final Assembler a;
    private final ProcessSettings settings;
    private final Identity identity;

    public ProcessSteps(Assembler a, ProcessSettings settings) {
        this.a = a;
        this.settings = settings;
        this.identity = settings.identity();
    }

    /**
     * Adds all steps, for a process that forks no more; nothing can follow.
     *
     * @param held the bounding set that the process has when it comes here: what is to go is dropped from it
     */
    public void emit(Park park, Capabilities held) {
        label();
        become(held);
        execute(park);
    }

    /** Adds the context in which a security module executes the command. The process needs its own /proc. */
    public void label() {
        settings.securityLabel().ifPresent(label -> SecurityLabel.emit(a, label));
    }

    /**
     * Adds what takes privileges: afterwards the process has none but those that the command is to have.
     *
     * @param held the bounding set that the process has when it comes here: what is to go is dropped from it
     */
    public void become(Capabilities held) {
        settings.umask().ifPresent(mask -> a.call("umask", Syscall.UMASK, mask));
        limits();
        settings.scheduling().ifPresent(scheduling -> scheduling.emit(a, settings.lenient()));
        if (identity.noNewPrivileges()) {
            a.call("no new privileges", Syscall.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        } else {
            filters();
        }
        credentials(held);
    }

    /** Adds the wait and the command, after {@link #become}; nothing can follow. */
    public void execute(Park park) {
        a.call("new session", Syscall.SETSID);
        if (settings.terminal()) {
            a.call("controlling terminal", Syscall.IOCTL, 0, TIOCSCTTY, 0);
        }
        directory();
        boolean attended = park instanceof Park.OnControl;
        if (attended) {
            a.call("die with the parent", Syscall.PRCTL, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        }
        if (attended) { // all but the control descriptor: nothing else is held while it waits
            a.call("close what is done with", Syscall.CLOSE_RANGE, FIRST_OTHER_FD + 1, ALL_FDS, 0);
        }
        a.call("close on exec", Syscall.CLOSE_RANGE, FIRST_OTHER_FD, ALL_FDS, CLOSE_RANGE_CLOEXEC);
        List<String> candidates = candidates();
        if (!attended) {
            look(candidates); // whoever calls start is not told any more
        }
        a.send("ready", READY);
        switch (park) {
            case Park.OnControl() -> a.await("wait for start");
            case Park.OnFifo(int fd) -> a.call("wait for start", Syscall.READ, fd, a.buffer(8), 1);
        }
        if (identity.noNewPrivileges()) {
            filters();
        }
        execute(candidates);
    }

    private void limits() {
        settings.limits().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(limit -> {
            long range = a.longs(limit.getValue().soft(), limit.getValue().hard());
            Step set = a.call(
                    "limit " + limit.getKey(),
                    Syscall.PRLIMIT64,
                    0,
                    limit.getKey().number(),
                    range,
                    0);
            if (settings.lenient()) {
                set.ignoringErrors();
            }
        });
    }

    private void filters() {
        for (SeccompFilter filter : identity.filters()) {
            // struct sock_fprog: the number of instructions, padding, a pointer
            long program = a.longs(filter.instructions(), a.bytes(filter.program()));
            a.call("seccomp filter", Syscall.SECCOMP, SECCOMP_SET_MODE_FILTER, identity.filterFlags(), program);
        }
    }

    private void credentials(Capabilities held) {
        CapabilitySets sets = identity.capabilities();
        for (int c = 0; c < Long.SIZE; c++) {
            if (held.contains(c) && !sets.bounding().contains(c)) {
                a.call("drop from the bounding set", Syscall.PRCTL, PR_CAPBSET_DROP, c, 0, 0, 0);
            }
        }
        if (identity.noRoot()) {
            a.call("user 0 gains no capabilities", Syscall.PRCTL, PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0);
        }
        a.call("keep capabilities", Syscall.PRCTL, PR_SET_KEEPCAPS, 1, 0, 0, 0);
        identity.groups().ifPresent(groups -> {
            int[] ids = groups.stream().mapToInt(Long::intValue).toArray();
            a.call("groups", Syscall.SETGROUPS, ids.length, ids.length == 0 ? 0 : a.ints(ids));
        });
        var gids = identity.gids();
        a.call("gid", Syscall.SETRESGID, gids.real(), gids.effective(), gids.saved());
        var uids = identity.uids();
        a.call("uid", Syscall.SETRESUID, uids.real(), uids.effective(), uids.saved());
        a.call("keep capabilities no more", Syscall.PRCTL, PR_SET_KEEPCAPS, 0, 0, 0, 0);
        long header = a.ints(CAPABILITY_VERSION_3, 0);
        long e = sets.effective().bits();
        long p = sets.permitted().bits();
        long i = sets.inheritable().bits();
        long data = a.ints((int) e, (int) p, (int) i, (int) (e >>> 32), (int) (p >>> 32), (int) (i >>> 32));
        a.call("capabilities", Syscall.CAPSET, header, data);
        a.call("no ambient capabilities", Syscall.PRCTL, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        for (int c = 0; c < Long.SIZE; c++) {
            if (sets.ambient().contains(c)) {
                a.call("ambient capability", Syscall.PRCTL, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0);
            }
        }
    }

    private void directory() {
        Step enter = a.call("enter " + settings.directory(), Syscall.CHDIR, a.string(settings.directory()));
        if (settings.lenient()) {
            enter.ignoringErrors();
        }
    }

    /** The files that the command may be, execvp(3). */
    private List<String> candidates() {
        String command = settings.arguments().getFirst();
        if (command.contains("/")) {
            return List.of(command);
        }
        String path = settings.environment().value("PATH").orElse(Environment.DEFAULT_PATH);
        List<String> candidates = new ArrayList<>();
        for (String directory : path.split(":", -1)) {
            candidates.add((directory.isEmpty() ? "." : directory) + "/" + command);
        }
        return candidates.stream().distinct().toList();
    }

    private void look(List<String> candidates) {
        Label found = a.label("found");
        for (String candidate : candidates) {
            Step look = a.call("look for " + candidate, Syscall.FACCESSAT, At.FDCWD, a.string(candidate), X_OK)
                    .onSuccess(found);
            if (!candidate.equals(candidates.getLast())) {
                look.ignoringErrors();
            }
        }
        a.place(found);
    }

    private void execute(List<String> candidates) {
        long arguments = a.strings(settings.arguments());
        long environment = a.byteStrings(settings.environment().entries());
        for (String candidate : candidates) {
            a.call(EXECUTE + candidate, Syscall.EXECVE, a.string(candidate), arguments, environment)
                    .ignoringErrors();
        }
        a.fail();
    }
}
