package dev.cntr.oci.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.security.SeccompFilter;
import dev.cntr.oci.OciException;
import dev.cntr.oci.spec.SeccompSpec;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeccompCompilerTest {
    private static final long ALLOW = 0x7fff0000L;
    private static final long EPERM = 0x50001;
    private static final long ENOSYS = 0x50026;
    private static final long KILL = 0;

    /** As container engines have it: an allow list for two kinds of programs, with conditions. */
    private static final String ALLOW_LIST = """
            {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_AARCH64"],
             "syscalls": [
              {"names": ["read", "write", "open", "close", "exit_group", "statx", "s390_runtime_instr"], "action": "SCMP_ACT_ALLOW"},
              {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
              {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]},
              {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 4294967295, "op": "SCMP_CMP_EQ"}]},
              {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}]},
              {"names": ["ptrace"], "action": "SCMP_ACT_KILL_PROCESS"},
              {"names": ["mount"], "action": "SCMP_ACT_TRACE", "errnoRet": 7},
              {"names": ["reboot"], "action": "SCMP_ACT_LOG"}, {"names": ["swapon"], "action": "SCMP_ACT_TRAP"}
             ]}
            """;

    private static SeccompFilter compile(Architecture architecture, String json) {
        SeccompSpec spec =
                SeccompSpec.ofConfig("{\"linux\": {\"seccomp\": " + json + "}}").orElseThrow();
        return SeccompCompiler.compile(spec, architecture);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, ALLOW", // read
        "1, 0, ALLOW",
        "4, 0, EPERM", // stat
        "332, 0, ALLOW", // statx
        "435, 0, ENOSYS", // clone3
        "439, 0, ENOSYS", // newer than all that are named
        "434, 0, EPERM", // not newer
        "135, 8, ALLOW", // personality
        "135, 0xffffffff, ALLOW",
        "135, 0xffffffffffffffff, EPERM",
        "135, 0x100000008, EPERM",
        "56, 0x11, ALLOW", // clone
        "56, 0x10000011, EPERM", // a user namespace
        "56, 0x100000000, ALLOW",
        "101, 0, KILL_PROCESS",
        "165, 0, TRACE",
        "169, 0, LOG",
        "167, 0, TRAP",
        "0x40000000, 0, KILL", // x32 is not named
        "0xffffffff, 0, KILL"
    })
    void callsOfX86(String number, String argument, String result) {
        long got = BpfInterpreter.run(
                compile(Architecture.X86_64, ALLOW_LIST),
                0xc000003eL,
                Long.decode(number),
                Long.parseUnsignedLong(argument.replace("0x", ""), argument.startsWith("0x") ? 16 : 10));
        assertThat(got).isEqualTo(word(result));
    }

    private static long word(String result) {
        return switch (result) {
            case "ALLOW" -> ALLOW;
            case "EPERM" -> EPERM;
            case "ENOSYS" -> ENOSYS;
            case "KILL_PROCESS" -> 0x80000000L;
            case "TRACE" -> 0x7ff00007L;
            case "LOG" -> 0x7ffc0000L;
            case "TRAP" -> 0x30000L;
            default -> KILL;
        };
    }

    @Test
    void eachArchitectureHasItsOwnNumbers() {
        SeccompFilter x86 = compile(Architecture.X86_64, ALLOW_LIST);
        assertThat(BpfInterpreter.run(x86, 0x40000003L, 3)).as("read of i386").isEqualTo(ALLOW);
        assertThat(BpfInterpreter.run(x86, 0x40000003L, 0))
                .as("restart_syscall")
                .isEqualTo(EPERM);
        assertThat(BpfInterpreter.run(x86, 0xc00000b7L, 63))
                .as("another machine")
                .isEqualTo(KILL);

        SeccompFilter arm = compile(Architecture.AARCH64, ALLOW_LIST);
        assertThat(BpfInterpreter.run(arm, 0xc00000b7L, 63)).as("read").isEqualTo(ALLOW);
        assertThat(BpfInterpreter.run(arm, 0xc00000b7L, 0)).as("io_setup").isEqualTo(EPERM);
        assertThat(BpfInterpreter.run(arm, 0xc000003eL, 0)).isEqualTo(KILL);
    }

    @Test
    void x32IsToldFromX86ByABit() {
        SeccompFilter filter = compile(
                Architecture.X86_64,
                ALLOW_LIST.replace("\"SCMP_ARCH_X86\"", "\"SCMP_ARCH_X32\"").replace("\"statx\"", "\"ioctl\""));
        assertThat(BpfInterpreter.run(filter, 0xc000003eL, 0x40000000L | 514)).isEqualTo(ALLOW);
        assertThat(BpfInterpreter.run(filter, 0xc000003eL, 0x40000000L | 16)).isEqualTo(EPERM);
        assertThat(BpfInterpreter.run(filter, 0xc000003eL, 16)).isEqualTo(ALLOW);
    }

    @Test
    void theMapOfArchitecturesCountsForItsMachine() {
        String map = ALLOW_LIST.replaceFirst(
                "\"architectures\": \\[.*?]",
                "\"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\", \"subArchitectures\": [\"SCMP_ARCH_X86\"]},"
                        + " {\"architecture\": \"SCMP_ARCH_AARCH64\", \"subArchitectures\": [\"SCMP_ARCH_ARM\"]}]");
        assertThat(BpfInterpreter.run(compile(Architecture.X86_64, map), 0x40000003L, 3))
                .isEqualTo(ALLOW);
        assertThat(BpfInterpreter.run(compile(Architecture.AARCH64, map), 0x40000028L, 3))
                .isEqualTo(ALLOW);
    }

    @ParameterizedTest
    @CsvSource({
        "NE, 5, 6", "NE, 5, 0x100000005", "LT, 5, 4", "LT, 0x200000001, 0x1ffffffff", "LT, 0x200000001, 0x200000000",
        "LE, 5, 5", "LE, 0x200000000, 0x1ffffffff", "GE, 5, 5", "GE, 0x100000000, 0x100000000", "GT, 5, 0x100000000",
        "GT, 0x100000005, 0x100000006", "GT, 5, 0xffffffffffffffff", "EQ, 0x300000001, 0x300000001"
    })
    void comparisonsThatHold(String operator, String value, String argument) {
        assertThat(compare(operator, value, argument)).isEqualTo(ALLOW);
    }

    @ParameterizedTest
    @CsvSource({
        "NE, 5, 5",
        "LT, 5, 5",
        "LT, 5, 0x100000004",
        "LE, 5, 6",
        "LE, 5, 0x100000000",
        "GE, 5, 4",
        "GE, 0x100000005, 0xffffffff",
        "GT, 5, 5",
        "GT, 0x100000006, 0x100000005",
        "EQ, 1, 0x100000001"
    })
    void comparisonsThatDoNotHold(String operator, String value, String argument) {
        assertThat(compare(operator, value, argument)).isEqualTo(EPERM);
    }

    private static long compare(String operator, String value, String argument) {
        String rule = """
                {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["kill"], "action": "SCMP_ACT_ALLOW",
                 "args": [{"index": 1, "value": %s, "op": "SCMP_CMP_%s"}, {"index": 2, "value": 9, "op": "SCMP_CMP_NE"}]}]}
                """.formatted(Long.decode(value), operator);
        SeccompFilter filter = compile(Architecture.X86_64, rule);
        long second = Long.parseUnsignedLong(argument.replace("0x", ""), argument.startsWith("0x") ? 16 : 10);
        assertThat(BpfInterpreter.run(filter, 0xc000003eL, 62, 0, second, 9))
                .as("all conditions must hold")
                .isEqualTo(EPERM);
        return BpfInterpreter.run(filter, 0xc000003eL, 62, 0, second, 8);
    }

    @Test
    void conditionsOnOneArgumentAreAlternatives() {
        String rule = """
                {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["kill"], "action": "SCMP_ACT_ALLOW",
                 "args": [{"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}, {"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]}]}
                """;
        SeccompFilter filter = compile(Architecture.X86_64, rule);
        assertThat(IntStream.range(0, 4).mapToObj(i -> BpfInterpreter.run(filter, 0xc000003eL, 62, 0, i)))
                .containsExactly(EPERM, ALLOW, ALLOW, EPERM);
    }

    @Test
    void aRuleWithManyAlternativesIsJumpedOver() {
        String alternatives = IntStream.range(0, 100)
                .mapToObj("{\"index\": 1, \"value\": %d, \"op\": \"SCMP_CMP_EQ\"}"::formatted)
                .collect(Collectors.joining(","));
        String rules = """
                {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["kill"], "action": "SCMP_ACT_ALLOW",
                 "args": [%s]}, {"names": ["uname"], "action": "SCMP_ACT_ALLOW"}]}
                """.formatted(alternatives);
        SeccompFilter filter = compile(Architecture.X86_64, rules);
        assertThat(filter.instructions()).isGreaterThan(400);
        assertThat(BpfInterpreter.run(filter, 0xc000003eL, 62, 0, 99)).isEqualTo(ALLOW);
        assertThat(BpfInterpreter.run(filter, 0xc000003eL, 63)).as("after it").isEqualTo(ALLOW);
    }

    @Test
    void theUnconditionalRuleCountsAndContradictionsAreRefused() {
        String rules = """
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                 {"names": ["kill"], "action": "SCMP_ACT_TRAP", "args": [{"index": 1, "value": 1, "op": "SCMP_CMP_EQ"}]},
                 {"names": ["kill"], "action": "SCMP_ACT_ERRNO"}%s]}
                """;
        SeccompFilter filter = compile(Architecture.X86_64, rules.formatted(""));
        assertThat(BpfInterpreter.run(filter, 0xc000003eL, 62, 0, 1)).isEqualTo(EPERM);
        assertThat(BpfInterpreter.run(filter, 0xc000003eL, 460)).as("newer").isEqualTo(ALLOW);

        String second = ", {\"names\": [\"kill\"], \"action\": \"SCMP_ACT_KILL\"}";
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> compile(Architecture.X86_64, rules.formatted(second)))
                .withMessageContaining("linux.seccomp.syscalls[2] contradicts linux.seccomp.syscalls[1]");
    }

    @Test
    void whatIsNotKnownIsRefusedWhereItWouldBePermitted() {
        String rule = "{\"defaultAction\": \"SCMP_ACT_ALLOW\","
                + " \"syscalls\": [{\"names\": [\"become_root\"], \"action\": \"SCMP_ACT_ERRNO\"}]}";
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> compile(Architecture.X86_64, rule))
                .withMessageContaining("no system call named become_root is known");
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> compile(Architecture.X86_64, ALLOW_LIST.replace("ARCH_X86\"", "ARCH_Z80\"")))
                .withMessageContaining("SCMP_ARCH_Z80 is no architecture");
    }
}
