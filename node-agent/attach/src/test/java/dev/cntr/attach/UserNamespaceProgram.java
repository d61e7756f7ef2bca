package dev.cntr.attach;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A program for tests that makes a user namespace, waits on its input until that is mapped, and runs a command as its root. */
final class UserNamespaceProgram {
    /** The user outside that is root inside. */
    static final int OUTSIDE = 100_000;

    private UserNamespaceProgram() {}

    static void write(Path file, List<String> command) throws IOException {
        Assembler a = Assembler.silent(Architecture.current());
        a.call("user namespace", Syscall.UNSHARE, 0x10000000);
        a.call("wait for the map", Syscall.READ, 0, a.buffer(8), 1);
        a.call("no groups", Syscall.SETGROUPS, 0, 0);
        a.call("gid", Syscall.SETRESGID, 0, 0, 0);
        a.call("uid", Syscall.SETRESUID, 0, 0, 0);
        a.call(
                "run",
                Syscall.EXECVE,
                a.string(command.getFirst()),
                a.strings(command),
                a.strings(List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin")));
        a.exit(1);
        Files.write(file, a.assemble().elf());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Maps the ids of the namespace, when it is there. */
    static void map(Process process) throws IOException {
        Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/user"));
        Path theirs = Path.of("/proc/" + process.pid() + "/ns/user");
        while (process.isAlive() && Files.readSymbolicLink(theirs).equals(own)) {
            Thread.onSpinWait();
        }
        Files.writeString(Path.of("/proc/" + process.pid() + "/uid_map"), "0 " + OUTSIDE + " 65536");
        Files.writeString(Path.of("/proc/" + process.pid() + "/gid_map"), "0 " + OUTSIDE + " 65536");
    }
}
