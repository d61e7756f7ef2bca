package dev.cntr.kubectl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void aFileHearsOnlyWhatComesLate() throws InterruptedException {
        Progress progress = progress(Progress.Detail.LATE);
        progress.say("early");
        Thread.sleep(1100);
        progress.say("late");
        assertThat(out.toString(UTF_8)).isEqualTo("late\n");
    }

    @Test
    void quietIsQuiet() throws InterruptedException {
        Progress progress = progress(Progress.Detail.QUIET);
        Thread.sleep(1100);
        progress.say("late");
        assertThat(out.size()).isZero();
    }

    @Test
    void aTerminalHearsAllOfItAndNoControlCharacters() {
        progress(Progress.Detail.ALL).say("on \u001b[31mnode\u0007\n");
        assertThat(out.toString(UTF_8)).isEqualTo("on [31mnode\n");
    }

    private Progress progress(Progress.Detail detail) {
        return new Progress(new PrintStream(out, true, UTF_8), detail);
    }
}
