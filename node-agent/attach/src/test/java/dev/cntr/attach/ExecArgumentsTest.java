package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecArgumentsTest {
    private static ExecArguments of(String... words) {
        return ExecArguments.of(Arrays.stream(words)
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toList());
    }

    @Test
    void theCommandFollowsExecWithOrWithoutDashes() {
        assertThat(of("cntr", "exec")).isEqualTo(new ExecArguments.Run(List.of()));
        assertThat(of("cntr", "exec", "--")).isEqualTo(new ExecArguments.Run(List.of()));
        assertThat(of("cntr", "exec", "ls", "-l", "--help"))
                .isEqualTo(new ExecArguments.Run(List.of("ls", "-l", "--help")));
        assertThat(of("/x/cntr", "exec", "--", "--odd", "--", ""))
                .isEqualTo(new ExecArguments.Run(List.of("--odd", "--", "")));
    }

    @ParameterizedTest
    @CsvSource({"cntr, 2", "cntr attach web, 2", "cntr exec --tty sh, 2", "cntr --help, 0", "cntr exec --help, 0"})
    void allElseIsToldHowItIsMeant(String line, int code) {
        assertThat(of(line.split(" ", -1))).isInstanceOfSatisfying(ExecArguments.Wrong.class, wrong -> {
            assertThat(wrong.code()).isEqualTo(code);
            assertThat(wrong.text()).contains("usage: cntr exec");
        });
    }

    @Test
    void bytesThatAreNoTextAreNotChangedSilently() {
        byte[] latin1 = {'e', (byte) 0xe9};
        List<byte[]> line =
                List.of("cntr".getBytes(StandardCharsets.UTF_8), "exec".getBytes(StandardCharsets.UTF_8), latin1);
        assertThat(ExecArguments.of(line)).isInstanceOf(ExecArguments.Wrong.class);
    }
}
