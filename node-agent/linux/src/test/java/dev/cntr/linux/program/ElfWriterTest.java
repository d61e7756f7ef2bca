package dev.cntr.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElfWriterTest {
    @ParameterizedTest
    @CsvSource({"X86_64, 62, 69", "AARCH64, 183, 72"})
    void headerAndCode(Architecture architecture, int machine, int codeBytes) {
        byte[] file = ElfWriter.write(architecture, new byte[0], new byte[] {7, 8, 9}, 100);
        ByteBuffer elf = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);

        assertThat(Arrays.copyOf(file, 4)).containsExactly(0x7f, 'E', 'L', 'F');
        assertThat(elf.getShort(18)).isEqualTo((short) machine);
        int entry = (int) (elf.getLong(24) - 0x400000);
        byte[] code = Interpreter.code(architecture);
        assertThat(code).hasSize(codeBytes);
        assertThat(Arrays.copyOfRange(file, entry, entry + codeBytes)).isEqualTo(code);
        assertThat(file).hasSize(0x200 + 3).endsWith(7, 8, 9);
    }

    @Test
    void theStackAndTheDataAreNotExecutableAndTheTextIsNotWritable() {
        ByteBuffer elf = ByteBuffer.wrap(ElfWriter.write(Architecture.X86_64, new byte[0], new byte[8], 0))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elf.getShort(56); i++) {
            int flags = elf.getInt(64 + 56 * i + 4);
            assertThat(flags & 3)
                    .as("segment %d: never both writable and executable", i)
                    .isNotEqualTo(3);
        }
        assertThat(elf.getInt(64 + 3 * 56)).as("PT_GNU_STACK").isEqualTo(0x6474e551);
        assertThat(elf.getInt(64 + 3 * 56 + 4)).isEqualTo(6);
    }
}
