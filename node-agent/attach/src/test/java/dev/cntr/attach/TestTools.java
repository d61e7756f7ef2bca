package dev.cntr.attach;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.program.Assembler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A tree of tools: busybox with all its names, the directories of a root, and files of /etc to be bound over. */
final class TestTools {
    private final Path root;

    private TestTools(Path root) {
        this.root = root;
    }

    static TestTools make(Path root) throws IOException {
        for (String directory :
                List.of("bin", "etc", "proc", "sys", "dev", "tmp", "var/lib/cntr", "var/lib/cntr-session")) {
            Files.createDirectories(root.resolve(directory));
        }
        Path busybox = root.resolve("bin/busybox");
        Files.copy(Path.of("/usr/bin/busybox"), busybox);
        Process list = new ProcessBuilder(busybox.toString(), "--list").start();
        String names = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        for (String name : names.lines().filter(n -> !n.equals("busybox")).toList()) {
            Files.createSymbolicLink(root.resolve("bin").resolve(name), Path.of("busybox"));
        }
        for (String file : List.of("passwd", "group", "hosts", "hostname")) {
            Files.writeString(root.resolve("etc").resolve(file), "of the tools\n");
        }
        Files.createSymbolicLink(root.resolve("etc/resolv.conf"), Path.of("/run/nowhere"));
        Files.writeString(root.resolve("bin/data"), "not a program");
        return new TestTools(root);
    }

    /** Adds a program {@code trace} that ends with 0 where it may trace process 1, as strace would. */
    void addTracer() throws IOException {
        addTracer("trace", 1);
    }

    void addTracer(String name, int pid) throws IOException {
        Assembler a = Assembler.silent(Architecture.current());
        a.call("seize", Syscall.PTRACE, 0x4206, pid, 0, 0);
        a.exit(0);
        Path file = root.resolve("bin").resolve(name);
        Files.write(file, a.assemble().elf());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Traces a process from outside, until the tracer is killed. */
    static Process trace(Path program, int pid) throws IOException {
        Assembler a = Assembler.silent(Architecture.current());
        a.call("seize", Syscall.PTRACE, 0x4206, pid, 0, 0);
        a.call("tell", Syscall.WRITE, 1, a.string("!"), 1);
        var wait = a.call("wait", Syscall.PPOLL, 0, 0, 0, 0);
        wait.onSuccess(wait.start());
        a.exit(0);
        Files.write(program, a.assemble().elf());
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Process tracer = new ProcessBuilder(program.toString()).start();
        if (tracer.getInputStream().read() != '!') {
            throw new IllegalStateException("process " + pid + " cannot be traced");
        }
        return tracer;
    }

    /** A detached mount of it, as the FUSE server gives one. */
    Fd mount() {
        return Mount.clone(root.toString(), Mount.Extent.ONE).fd();
    }
}
