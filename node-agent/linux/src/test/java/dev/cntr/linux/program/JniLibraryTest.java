package dev.cntr.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Jni;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.lang.foreign.Linker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class JniLibraryTest {
    /** What runs in a JVM of its own, for a library is loaded once in one. */
    public static final class Caller {
        private static final int CMP_REQUEUE = 4 | 128;

        private Caller() {}

        public static void main(String[] arguments) {
            Kernel kernel = Kernel.current();
            System.out.println(kernel.getClass().getSimpleName());
            System.out.println(
                    kernel.call(Syscall.GETPID) == ProcessHandle.current().pid());
            System.out.println(kernel.call(Syscall.CLOSE, 12345));
            try (Scratch s = new Scratch()) {
                // futex(2) compares its first word's memory with its sixth word
                long word = s.ints(5);
                System.out.println(kernel.call(Syscall.FUTEX, word, CMP_REQUEUE, 0, 0, word, 5));
                System.out.println(kernel.call(Syscall.FUTEX, word, CMP_REQUEUE, 0, 0, word, 6));
                long buffer = s.allocate(64);
                long snprintf = Linker.nativeLinker()
                        .defaultLookup()
                        .findOrThrow("snprintf")
                        .address();
                if (Jni.loaded()) {
                    long n = Jni.function(snprintf, buffer, 64, s.string("%ld %ld %ld"), -1, 1L << 40, 3);
                    System.out.println(n + ": " + Memory.string(buffer));
                }
            }
            Assembler a = Assembler.reporting(Architecture.current(), 3);
            a.exit(7);
            System.out.println(ProgramRunner.run(a.assemble(), new FdTable(), Duration.ofSeconds(10)));
        }
    }

    private static List<String> run(Path library) throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-D" + Jni.PROPERTY + "=" + library,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Caller.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as("%s", said).isZero();
        return said;
    }

    @Test
    void thisMachineCallsThroughIt(@TempDir Path directory) throws Exception {
        Path library = directory.resolve("lib.so");
        JniLibrary.main(new String[] {library.toString()});
        assertThat(run(library))
                .containsExactly("JniKernel", "true", "-9", "0", "-11", "18: -1 1099511627776 3", "Exited[code=7]");
    }

    @Test
    void withoutItEverythingGoesTheJdksWay(@TempDir Path directory) throws Exception {
        Path missing = directory.resolve("lib.so");
        assertThat(run(missing)).containsExactly("LinuxKernel", "true", "-9", "0", "-11", "Exited[code=7]");
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void theFileIsAWholeLibrary(Architecture architecture) {
        byte[] elf = JniLibrary.bytes(architecture);
        assertThat(elf).startsWith(0x7f, 'E', 'L', 'F', 2, 1, 1);
        assertThat(elf[16]).as("ET_DYN").isEqualTo((byte) 3);
        assertThat(elf.length).isLessThan(4096);
        assertThat(new String(elf, StandardCharsets.ISO_8859_1))
                .contains("\0Java_dev_cntr_linux_Jni_syscall\0", "\0Java_dev_cntr_linux_Jni_function\0");
    }
}
