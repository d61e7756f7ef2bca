package dev.cntr.oci.lifecycle;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.At;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.linux.proc.ProcessStatus.CapabilitySets;
import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Program;
import dev.cntr.linux.program.Step;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.linux.terminal.WindowSize;
import dev.cntr.oci.OciException;
import dev.cntr.oci.cgroup.ContainerCgroup;
import dev.cntr.oci.process.Environment;
import dev.cntr.oci.process.Identity;
import dev.cntr.oci.process.Park;
import dev.cntr.oci.process.ProcessSettings;
import dev.cntr.oci.process.ProcessSteps;
import dev.cntr.oci.seccomp.SeccompCompiler;
import dev.cntr.oci.spec.ProcessSpec;
import dev.cntr.oci.spec.SeccompSpec;
import dev.cntr.oci.spec.Spec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Compiles a container's configuration into the syscall program of its first process. */
public final class InitProgram {
    /** The FIFO that the process waits on. */
    static final int FIFO = 4;

    static final int CONSOLE_SOCKET = 5;

    private static final int DEFAULT_UMASK = 022;
    private static final WindowSize NO_SIZE = new WindowSize(0, 0);

    private final Spec spec;
    private final ContainerCgroup cgroup;
    private final List<String> warnings = new ArrayList<>();

    public InitProgram(Spec spec, ContainerCgroup cgroup) {
        this.spec = spec;
        this.cgroup = cgroup;
        if (!spec.linux().makes(Namespace.MNT)) {
            throw new OciException(
                    "config.json: linux.namespaces has no new mount namespace; without one the root of the"
                            + " whole machine would be changed");
        }
        if (spec.hostname().or(spec::domainname).isPresent() && !has(Namespace.UTS)) {
            throw new OciException("config.json: hostname needs a uts namespace; else the machine's would be changed");
        }
    }

    /** What is not as the configuration has it, because this program may not do it; known after {@link #compile}. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    private boolean has(Namespace kind) {
        return spec.linux().namespaces().containsKey(kind);
    }

    /** The program for an architecture. */
    public Program compile(Architecture architecture) {
        Assembler a = Assembler.reporting(architecture, Init.CONTROL);
        Init.begin(a, spec.process().terminal() ? CONSOLE_SOCKET : FIFO);
        join(a);
        long made = 0;
        for (Namespace kind : Namespace.values()) {
            made |= spec.linux().makes(kind) ? kind.flag() : 0;
        }
        Init.fork(a, made);
        if (has(Namespace.USER)) {
            a.call("root's groups", Syscall.SETGROUPS, 0, 0).ignoringErrors();
            a.call("root's group", Syscall.SETRESGID, 0, 0, 0);
            a.call("root", Syscall.SETRESUID, 0, 0, 0);
        }
        spec.hostname().ifPresent(name -> name(a, "hostname", Syscall.SETHOSTNAME, name));
        spec.domainname().ifPresent(name -> name(a, "domain name", Syscall.SETDOMAINNAME, name));
        RootFileSystem rootFileSystem = new RootFileSystem(a, spec, cgroup);
        rootFileSystem.build();
        ProcessSpec process = spec.process();
        if (process.terminal()) {
            new Console(a, rootFileSystem.root())
                    .emit(
                            CONSOLE_SOCKET,
                            process.consoleSize().orElse(NO_SIZE),
                            process.user().uid());
        }
        sysctl(a, rootFileSystem.root());
        rootFileSystem.finish();
        new ProcessSteps(a, settings(architecture)).emit(new Park.OnFifo(FIFO), held());
        return a.assemble();
    }

    private static void name(Assembler a, String what, Syscall call, String name) {
        a.call(what, call, a.string(name), name.getBytes(StandardCharsets.UTF_8).length);
    }

    /** Enters the namespaces that are there already; the user namespace first, whose rights the others need. */
    private void join(Assembler a) {
        for (Namespace kind : Namespace.values()) {
            Optional<String> path = spec.linux().namespaces().getOrDefault(kind, Optional.empty());
            path.ifPresent(p -> {
                int flags = OpenFlag.O_CLOEXEC.bits(a.architecture());
                Step open = a.call(
                        "open the " + kind.link() + " namespace " + p, Syscall.OPENAT, At.FDCWD, a.string(p), flags);
                a.call("enter the " + kind.link() + " namespace " + p, Syscall.SETNS, 0, kind.flag())
                        .take(0, open);
            });
        }
    }

    /** Settings of namespaces of the container's own; others would be those of the whole machine. */
    private void sysctl(Assembler a, Root root) {
        for (Map.Entry<String, String> setting : spec.linux().sysctl().entrySet()) {
            String key = setting.getKey();
            Namespace kind = owner(key);
            if (!has(kind)) {
                throw new OciException("config.json: linux.sysctl." + key + " needs a " + kind.link() + " namespace");
            }
            String file = "/proc/sys/" + key.replace('.', '/');
            Step open = root.open("open " + file, file, OpenFlag.O_WRONLY.bits(a.architecture()));
            long length = setting.getValue().getBytes(StandardCharsets.UTF_8).length;
            a.call("set " + key, Syscall.WRITE, 0, a.string(setting.getValue()), length)
                    .take(0, open);
        }
    }

    private static Namespace owner(String key) {
        if (key.startsWith("net.")) {
            return Namespace.NET;
        }
        if (key.startsWith("fs.mqueue.") || key.matches("kernel\\.(msg.*|sem|shm.*)")) {
            return Namespace.IPC;
        }
        if (key.equals("kernel.domainname")) {
            return Namespace.UTS;
        }
        throw new OciException("config.json: linux.sysctl." + key
                + " is not a setting of a namespace: it would be that of" + " the whole machine");
    }

    private ProcessSettings settings(Architecture architecture) {
        Optional<SeccompSpec> seccomp = spec.linux().seccomp();
        ProcessSpec process = spec.process();
        ProcessSpec.User user = process.user();
        Identity identity = new Identity(
                new Ids(user.uid(), user.uid(), user.uid(), user.uid()),
                new Ids(user.gid(), user.gid(), user.gid(), user.gid()),
                Optional.of(user.additionalGids()),
                capabilities(),
                false,
                process.noNewPrivileges(),
                seccomp.map(s -> SeccompCompiler.compile(s, architecture)).stream()
                        .toList(),
                seccomp.map(SeccompSpec::flags).orElse(0L));
        Environment environment = Environment.of(process.env());
        if (environment.value("HOME").isEmpty() && user.uid() == 0) {
            environment = environment.with("HOME", "/root");
        }
        return new ProcessSettings(
                identity,
                process.args(),
                environment,
                process.cwd(),
                OptionalInt.of(user.umask().orElse(DEFAULT_UMASK)),
                process.rlimits(),
                process.securityLabel(),
                Optional.empty(),
                process.terminal(),
                false);
    }

    /** Those asked for, as far as this program has them itself to give. */
    private CapabilitySets capabilities() {
        CapabilitySets own = own();
        CapabilitySets asked = spec.process().capabilities().orElse(own);
        if (has(Namespace.USER)) {
            return asked; // the namespace's own root has them all
        }
        Capabilities lacking =
                asked.bounding().with(asked.permitted()).without(own.bounding().and(own.permitted()));
        if (!lacking.isEmpty()) {
            warnings.add("this program lacks " + lacking + ", so the container does");
        }
        Capabilities limit = own.permitted().and(own.bounding());
        Capabilities permitted = asked.permitted().and(limit);
        Capabilities inheritable = asked.inheritable().and(limit);
        return new CapabilitySets(
                inheritable,
                permitted,
                asked.effective().and(permitted),
                asked.bounding().and(limit),
                asked.ambient().and(permitted).and(inheritable));
    }

    private Capabilities held() {
        return has(Namespace.USER) ? Capabilities.all(Capabilities.last()) : own().bounding();
    }

    private static CapabilitySets own() {
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            return self.status().capabilities();
        }
    }
}
