package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DetachKeysTest {
    /** What goes on of what is typed by so many bytes at once, and a ! where the keys were complete. */
    private static String typed(String names, String text, int atOnce) {
        DetachKeys keys = DetachKeys.parse(names);
        byte[] bytes = text.getBytes(ISO_8859_1);
        StringBuilder passed = new StringBuilder();
        for (int at = 0; at < bytes.length && !keys.complete(); at += atOnce) {
            int length = Math.min(atOnce, bytes.length - at);
            byte[] part = new byte[atOnce];
            System.arraycopy(bytes, at, part, 0, length);
            passed.append(new String(keys.pass(part, length), ISO_8859_1));
        }
        return passed + (keys.complete() ? "!" : "");
    }

    @ParameterizedTest
    @CsvSource({
        "'',      abc,          abc",
        "x,       abc,          abc",
        "x,       abxc,         ab!",
        "'a,b',   xaab,         xa!",
        "'a,b',   acab,         ac!",
        "'a,a,b', aaab,         a!",
        "'a,a,b', aacaaxab,     aacaaxab",
        "'a,b,a,c', ababac,     ab!",
    })
    void onlyTheKeysOneAfterTheOtherAreKept(String names, String text, String passed) {
        for (int atOnce : new int[] {1, 2, 3, 100}) {
            assertThat(typed(names, text, atOnce)).as("by %d", atOnce).isEqualTo(passed);
        }
    }

    @Test
    void controlKeysAreTheirBytes() {
        assertThat(typed("ctrl-p,ctrl-q", "a\020b\020\021", 1)).isEqualTo("a\020b!");
        assertThat(typed("ctrl-@,CTRL-_,ctrl-[", "\000\037\033", 2)).isEqualTo("!");
        assertThat(typed("", "\020\021", 2)).isEqualTo("\020\021");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ctrl-", "ctrl-1", "ab", "a,", ",", "ä", " ", "ctrl-p ctrl-q", "alt-x"})
    void whatNamesNoKeysIsRefused(String names) {
        assertThatThrownBy(() -> DetachKeys.parse(names))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + names + "\"", "ctrl-p,ctrl-q");
    }
}
