package dev.cntr.linux.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.At;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AssemblerTest {
    private final Assembler a = Assembler.reporting(Architecture.X86_64, 3);

    @Test
    void stepsFollowEachOtherAndErrorsAreFailures() {
        a.call("first", Syscall.UMASK, 18);
        a.call("second", Syscall.SETSID);
        a.exit(0);
        List<Op> ops = a.assemble().ops();

        assertThat(ops.get(0).address()).isEqualTo(Interpreter.BASE);
        assertThat(ops.get(0).arguments()).containsExactly(18L, 0L, 0L, 0L, 0L, 0L);
        assertThat(ops.get(0).ifPositive()).isEqualTo(ops.get(1).address());
        assertThat(ops.get(0).ifZero()).isEqualTo(ops.get(1).address());
        assertThat(ops.get(0).failing()).isTrue();
        assertThat(ops.get(0).ifError())
                .isEqualTo(named(ops, "announce the failure").address());
    }

    @Test
    void aResultBecomesAnArgumentOfALaterStep() {
        Step open = a.call("open", Syscall.OPENAT, At.FDCWD, a.string("/x"));
        Step setns = a.call("enter", Syscall.SETNS, -1, 0x40000000).take(0, open);
        a.exit(0);
        List<Op> ops = a.assemble().ops();

        assertThat(ops.get(0).result())
                .isEqualTo(setns.argumentAddress(0))
                .isEqualTo(ops.get(1).address() + 8);
        assertThat(ops.get(1).arguments().getFirst())
                .as("not an error before the call")
                .isZero();
        assertThat(ops.get(1).takes().getFirst()).isEqualTo("open");
    }

    @Test
    void branchesAndLoops() {
        Label end = a.label("end");
        Step read =
                a.call("read", Syscall.READ, 0, a.buffer(10), 10).onZero(end).onError(end);
        a.call("write", Syscall.WRITE, 1, 0, 0).take(2, read);
        a.jump(read.start());
        a.place(end);
        a.exit(0);
        List<Op> ops = a.assemble().ops();

        assertThat(ops.get(0).ifZero()).isEqualTo(ops.get(2).address());
        assertThat(ops.get(0).ifError()).isEqualTo(ops.get(2).address());
        assertThat(ops.get(0).failing()).isFalse();
        assertThat(ops.get(1).ifPositive()).isEqualTo(ops.get(0).address());
        assertThat(ops.get(2).ifPositive())
                .as("exit leads to itself")
                .isEqualTo(ops.get(2).address());
    }

    @Test
    void mistakesAreFoundAtAssembly() {
        Step open = a.call("open", Syscall.OPENAT);
        a.call("use", Syscall.FCHDIR).take(0, open);
        assertThatIllegalStateException()
                .isThrownBy(() -> a.call("use again", Syscall.CLOSE).take(0, open))
                .withMessageContaining("\"open\" is used twice");
        assertThatIllegalStateException().isThrownBy(a::assemble).withMessageContaining("runs off its end");

        Assembler b = Assembler.silent(Architecture.X86_64);
        b.call("lost", Syscall.SETSID).onZero(b.label("nowhere"));
        b.exit(0);
        assertThatIllegalStateException().isThrownBy(b::assemble).withMessageContaining("not placed");
    }

    @Test
    void equalStringsShareAnAddressAndStringsEndWithZero() {
        assertThat(a.string("proc")).isEqualTo(a.string("proc")).isNotEqualTo(a.string("sys"));
        a.exit(0);
        assertThat(new String(a.assemble().elf(), StandardCharsets.ISO_8859_1)).contains("proc\0");
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void numbersAndArgumentOrderAreTheArchitectures(Architecture architecture) {
        Assembler assembler = Assembler.silent(architecture);
        assembler.clone("clone", 17, 1, 2, 3);
        assembler.exit(0);
        Program program = assembler.assemble();
        ByteBuffer elf = ByteBuffer.wrap(program.elf()).order(ByteOrder.LITTLE_ENDIAN);

        assertThat(elf.getLong(0x200)).isEqualTo(Syscall.CLONE.number(architecture));
        assertThat(program.ops().getFirst().arguments())
                .containsExactlyElementsOf(
                        architecture == Architecture.X86_64
                                ? List.of(17L, 0L, 1L, 2L, 3L, 0L)
                                : List.of(17L, 0L, 1L, 3L, 2L, 0L));
    }

    @Test
    void theFailedStepIsFoundInTheReportedMemory() {
        a.call("harmless", Syscall.UNLINKAT).ignoringErrors();
        Step open = a.call("open the file", Syscall.OPENAT);
        Step use = a.call("use it", Syscall.FCHDIR).take(0, open);
        a.exit(0);
        Program program = a.assemble();
        ByteBuffer memory = ByteBuffer.allocate(program.reportBytes()).order(ByteOrder.LITTLE_ENDIAN);

        assertThat(program.failure(memory.array())).isEmpty();
        memory.putLong((int) (program.ops().getFirst().result() - Interpreter.BASE), Errno.ENOENT.negative());
        assertThat(program.failure(memory.array())).as("an ignored error").isEmpty();
        memory.putLong((int) (use.argumentAddress(0) - Interpreter.BASE), Errno.EACCES.negative());
        assertThat(program.failure(memory.array()))
                .hasValueSatisfying(
                        f -> assertThat(f).hasToString("open the file: openat: Permission denied (EACCES)"));
    }

    @Test
    void aProgramIsPrintedInWords() {
        Step open = a.call("open proc", Syscall.OPENAT, At.FDCWD, a.string("/proc"), 0x200000);
        a.call("go there", Syscall.FCHDIR).take(0, open).ignoringErrors();
        a.exit(0);
        assertThat(a.assemble().describe().lines().limit(3))
                .containsExactly(
                        "  0  open proc                        openat(-100, \"/proc\", 0x200000)",
                        "  1  go there                         fchdir(‹open proc›)  [error: ignored]",
                        "  2  exit 0                           exit_group()  [then: go to 2, error: go to 2]");
    }

    private static Op named(List<Op> ops, String name) {
        return ops.stream().filter(op -> op.name().equals(name)).findFirst().orElseThrow();
    }
}
