package dev.cntr.linux.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Syscall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramIT {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int CONTROL = 3;
    private static final int O_WRONLY_CREAT = 0101;

    private final Assembler a = Assembler.reporting(Architecture.current(), CONTROL);

    @TempDir
    Path directory;

    @Test
    void branchesOnZeroAndHandsResultsOn() throws IOException {
        Path file = directory.resolve("out");
        Label child = a.label("child");
        Step fork = a.fork("fork", 0).onZero(child);
        a.call("wait", Syscall.WAIT4, 0, 0, 0, 0).take(0, fork);
        a.exit(7);
        a.place(child);
        Step open = a.call("create", Syscall.OPENAT, At.FDCWD, a.string(file.toString()), O_WRONLY_CREAT, 0600);
        a.call("write", Syscall.WRITE, 0, a.string("from the child"), 14).take(0, open);
        a.exit(0);

        assertThat(ProgramRunner.run(a.assemble(), new FdTable(), LIMIT)).isEqualTo(new Exit.Exited(7));
        assertThat(file).hasContent("from the child");
    }

    @Test
    void loopsUntilTheEndOfAFile() throws IOException {
        byte[] content = "0123456789".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        Path from = Files.write(directory.resolve("from"), content);
        Path to = directory.resolve("to");
        Step in = a.call("open", Syscall.OPENAT, At.FDCWD, a.string(from.toString()), 0);
        a.call("as 10", Syscall.DUP3, 0, 10, 0).take(0, in);
        Step out = a.call("create", Syscall.OPENAT, At.FDCWD, a.string(to.toString()), O_WRONLY_CREAT, 0600);
        a.call("as 11", Syscall.DUP3, 0, 11, 0).take(0, out);
        Label end = a.label("end");
        long buffer = a.buffer(4000);
        Step read = a.call("read", Syscall.READ, 10, buffer, 4000).onZero(end);
        a.call("write", Syscall.WRITE, 11, buffer, 0).take(2, read);
        a.jump(read.start());
        a.place(end);
        a.exit(0);

        assertThat(ProgramRunner.run(a.assemble(), new FdTable(), LIMIT).code()).isZero();
        assertThat(to).hasBinaryContent(content);
    }

    @Test
    void theStepThatFailsIsNamedWithItsErrno() {
        a.call("ignored", Syscall.UNLINKAT, At.FDCWD, a.string("/nonexistent"), 0)
                .ignoringErrors();
        a.call("enter the room", Syscall.CHDIR, a.string("/nonexistent"));
        a.exit(0);

        assertThatThrownBy(() -> ProgramRunner.run(a.assemble(), new FdTable(), LIMIT))
                .isInstanceOfSatisfying(
                        ProgramException.class,
                        e -> assertThat(e.failure())
                                .contains(new Failure("enter the room", Syscall.CHDIR, Errno.ENOENT)));
    }

    @Test
    void speaksWithJava() {
        a.await("wait for go");
        a.send("answer", a.call("who am I", Syscall.GETPID));
        a.exit(0);
        Program program = a.assemble();
        try (ControlSocket socket = ControlSocket.open()) {
            Child child = Spawner.spawn(program, new FdTable().put(CONTROL, socket.theirs()));
            socket.handedOver();
            assertThatThrownBy(() -> socket.receive(program, Duration.ofMillis(50)))
                    .hasMessageContaining("did not answer in time");
            socket.send(1);
            assertThat(socket.receive(program, LIMIT)).hasValue(child.pid());
            assertThat(socket.receive(program, LIMIT)).isEmpty();
            assertThat(child.await()).isEqualTo(new Exit.Exited(0));
        }
    }

    @Test
    void endsWhenJavaIsGone() {
        a.await("wait for go");
        a.exit(0);
        try (ControlSocket socket = ControlSocket.open()) {
            Child child = Spawner.spawn(a.assemble(), new FdTable().put(CONTROL, socket.theirs()));
            socket.close();
            assertThat(child.await().code()).isEqualTo(Assembler.FAILED);
        }
    }

    @Test
    void aProgramThatHangsIsKilled() {
        Step spin = a.call("spin", Syscall.GETPID);
        a.jump(spin.start());
        assertThatThrownBy(() -> ProgramRunner.run(a.assemble(), new FdTable(), Duration.ofMillis(200)))
                .hasMessageContaining("did not answer in time");
    }

    @Test
    void startsWithItsDescriptorsOnlyAndNoSignalBlockedOrIgnored() throws IOException {
        Path script = directory.resolve("look");
        Files.writeString(
                script,
                "#!/bin/sh\nls /proc/self/fd | tr '\\n' ' '\ngrep -E 'Sig(Blk|Ign)' /proc/self/status | tr -s '\\t\\n' ' '\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        Path out = directory.resolve("out");
        Step open = a.call("create", Syscall.OPENAT, At.FDCWD, a.string(out.toString()), O_WRONLY_CREAT, 0600);
        a.call("as stdout", Syscall.DUP3, 0, 1, 0).take(0, open);
        a.call("close the rest", Syscall.CLOSE_RANGE, 3, 0xffffffffL, 4 /* CLOSE_RANGE_CLOEXEC */);
        a.call(
                "execute",
                Syscall.EXECVE,
                a.string(script.toString()),
                a.strings(List.of("look")),
                a.strings(List.of("PATH=/bin:/usr/bin")));
        a.exit(1);

        assertThat(ProgramRunner.run(a.assemble(), new FdTable(), LIMIT).code()).isZero();
        assertThat(Files.readString(out))
                .startsWith("0 1 2 ")
                .contains("SigBlk: 0000000000000000 SigIgn: 0000000000000000");
    }

    @Test
    void runsFromAnUnlinkedFileWhereMemfdsAreRefused() throws IOException {
        a.exit(3);
        byte[] elf = a.assemble().elf();
        try (Fd file = ProgramFile.unlinked(elf)) {
            Path path = Path.of("/proc/self/fd/" + file.number());
            assertThat(Files.readSymbolicLink(path).toString()).endsWith("(deleted)");
            assertThat(Files.readAllBytes(path)).isEqualTo(elf);
            assertThat(Spawner.spawn(file, new FdTable()).await().code()).isEqualTo(3);
        }
    }

    @Test
    void theSealedFileCannotBeWritten() {
        a.exit(0);
        try (Fd file = ProgramFile.memfd(a.assemble().elf())) {
            Path path = Path.of("/proc/self/fd/" + file.number());
            assertThatThrownBy(() -> Files.writeString(path, "x", StandardOpenOption.WRITE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Operation not permitted");
        }
    }

    @Test
    void executesItsOwnArgumentsWithItsOwnEnvironment() throws Exception {
        assertThat(ownArguments(Architecture.current())).isEqualTo("one two words THREE=3\n");
    }

    @Test
    void executesItsOwnArgumentsOnAarch64UnderQemu() throws Exception {
        // what it executes is this machine's again
        assertThat(ownArguments(Architecture.AARCH64, qemu())).isEqualTo("one two words THREE=3\n");
    }

    private String ownArguments(Architecture architecture, String... before) throws Exception {
        Assembler silent = Assembler.silent(architecture);
        silent.executeOwnArguments("become what was given");
        silent.exit(0);
        Path file = executable(silent);
        List<String> words = new ArrayList<>(List.of(before));
        words.addAll(List.of(file.toString(), "/bin/sh", "-c", "echo \"$0\" \"$1\" THREE=$THREE", "one", "two words"));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("THREE", "3");
        return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private Path executable(Assembler assembler) throws IOException {
        Path file =
                Files.write(directory.resolve("program"), assembler.assemble().elf());
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private static String qemu() {
        Path qemu = List.of("/usr/bin/qemu-aarch64-static", "/usr/bin/qemu-aarch64").stream()
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(qemu != null, "qemu-user for aarch64 is not installed");
        return String.valueOf(qemu);
    }

    @Test
    void runsOnAarch64UnderQemu() throws Exception {
        Assembler arm = Assembler.silent(Architecture.AARCH64);
        Label child = arm.label("child");
        Label missing = arm.label("missing");
        Step fork = arm.fork("fork", 0).onZero(child);
        arm.call("wait", Syscall.WAIT4, 0, 0, 0, 0).take(0, fork);
        arm.call("write", Syscall.WRITE, 1, arm.string("parent\n"), 7);
        arm.exit(5);
        arm.place(child);
        arm.call("open", Syscall.OPENAT, At.FDCWD, arm.string("/nonexistent"), 0)
                .onError(missing);
        arm.exit(1);
        arm.place(missing);
        arm.call("write", Syscall.WRITE, 1, arm.string("child\n"), 6);
        arm.exit(0);
        Process process = new ProcessBuilder(qemu(), executable(arm).toString()).start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("child\nparent\n");
        assertThat(process.waitFor()).isEqualTo(5);
    }
}
