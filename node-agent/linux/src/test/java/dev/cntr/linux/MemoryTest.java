package dev.cntr.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strings in native memory. */
class MemoryTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "1234567",
                "12345678",
                "123456789",
                "\u0080\u0081é",
                "a name that takes several words of memory"
            })
    void stringEndsAtItsZeroWhereverItBegins(String string) {
        byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
        try (Scratch s = new Scratch()) {
            long memory = s.allocate(128);
            for (int offset = 0; offset < 16; offset++) {
                for (int i = 0; i < 128; i++) {
                    Memory.putByte(memory + i, 0xff);
                }
                Memory.copy(bytes, 0, memory + offset, bytes.length);
                Memory.putByte(memory + offset + bytes.length, 0);

                assertThat(Memory.stringLength(memory + offset)).isEqualTo(bytes.length);
                assertThat(Memory.string(memory + offset)).isEqualTo(string);
            }
        }
    }

    @Test
    void bytesAboveAndBelowTheSignBitAreNoZero() {
        try (Scratch s = new Scratch()) {
            long memory = s.allocate(16);
            for (int value = 1; value < 256; value++) {
                for (int i = 0; i < 15; i++) {
                    Memory.putByte(memory + i, value);
                }
                Memory.putByte(memory + 15, 0);

                assertThat(Memory.stringLength(memory)).as("of bytes " + value).isEqualTo(15);
            }
        }
    }
}
