package dev.cntr.attach;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A program for tests that becomes what a restricted container's process is: uid and gid 65532, groups 2000 and 3000, no
 * capability but NET_BIND_SERVICE in the bounding set, no_new_privs, a seccomp filter that refuses personality(2), a
 * limit of 99 files; then it sleeps.
 */
final class Become {
    static final long ID = 65532;

    private Become() {}

    static void write(Path file) throws IOException {
        Assembler a = Assembler.silent(Architecture.current());
        a.call("limit", Syscall.PRLIMIT64, 0, 7 /* NOFILE */, a.longs(99, 99), 0);
        for (int c = 0; c < 41; c++) {
            if (c != 10) {
                a.call("bounding set", Syscall.PRCTL, 24, c, 0, 0, 0).ignoringErrors();
            }
        }
        a.call("groups", Syscall.SETGROUPS, 2, a.ints(2000, 3000));
        a.call("gid", Syscall.SETRESGID, ID, ID, ID);
        a.call("uid", Syscall.SETRESUID, ID, ID, ID);
        a.call("no new privileges", Syscall.PRCTL, 38, 1, 0, 0, 0);
        byte[] filter = filter();
        a.call("seccomp", Syscall.SECCOMP, 1, 0, a.longs(filter.length / 8, a.bytes(filter)));
        sleep(a, file);
    }

    /** Another one: root that keeps what it is given, but nothing of it by executing its command, as with file capabilities. */
    static void writeWithCapabilities(Path file, int uid, long permitted, long ambient) throws IOException {
        Assembler a = Assembler.silent(Architecture.current());
        a.call("keep capabilities", Syscall.PRCTL, 8, 1, 0, 0, 0);
        a.call("uid", Syscall.SETRESUID, uid, uid, uid);
        int p = (int) permitted;
        int i = (int) ambient;
        a.call("capabilities", Syscall.CAPSET, a.ints(0x20080522, 0), a.ints(p, p, i, 0, 0, 0));
        for (int c = 0; c < 31; c++) {
            if ((ambient >>> c & 1) != 0) {
                a.call("ambient", Syscall.PRCTL, 47, 2, c, 0, 0);
            }
        }
        a.call("call itself sleep", Syscall.PRCTL, 15, a.string("sleep"), 0, 0, 0);
        var wait = a.call("wait", Syscall.PPOLL, 0, 0, 0, 0);
        wait.onSuccess(wait.start());
        a.exit(1);
        write(a, file);
    }

    private static void sleep(Assembler a, Path file) throws IOException {
        a.call(
                "sleep",
                Syscall.EXECVE,
                a.string("/bin/busybox"),
                a.strings(List.of("/bin/busybox", "sleep", "1000")),
                a.strings(List.of("HELLO=world")));
        a.exit(1);
        write(a, file);
    }

    private static void write(Assembler a, Path file) throws IOException {
        Files.write(file, a.assemble().elf());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static byte[] filter() {
        ByteBuffer b = ByteBuffer.allocate(4 * 8).order(ByteOrder.LITTLE_ENDIAN);
        instruction(b, 0x20, 0, 0, 0); // load the number
        instruction(b, 0x15, 0, 1, Syscall.PERSONALITY.number(Architecture.current()));
        instruction(b, 0x06, 0, 0, 0x50000 | 1); // SECCOMP_RET_ERRNO, EPERM
        instruction(b, 0x06, 0, 0, 0x7fff0000); // SECCOMP_RET_ALLOW
        return b.array();
    }

    private static void instruction(ByteBuffer b, int code, int ifTrue, int ifFalse, int k) {
        b.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(k);
    }
}
