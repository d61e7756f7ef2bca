package dev.cntr.kubectl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class WaitingLineTest {
    private static final String ERASE = "\r\u001b[K";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private WaitingLine line(Duration patience) {
        return new WaitingLine(new PrintStream(out, true, UTF_8), patience);
    }

    private String shown() throws InterruptedException {
        while (out.size() == 0) {
            Thread.sleep(10);
        }
        return out.toString(UTF_8);
    }

    @Test
    void aShortWaitShowsNothing() {
        try (WaitingLine line = line(Duration.ofMinutes(1))) {
            line.says("waiting");
            line.print("scheduled");
        }
        assertThat(out.toString(UTF_8)).isEqualTo("scheduled\n");
    }

    @Test
    void aLongerOneShowsWhatForAndIsErased() throws InterruptedException {
        try (WaitingLine line = line(Duration.ZERO)) {
            line.says("waiting for node-2\u001b[2J");
            assertThat(shown()).startsWith(ERASE + "\u001b[?7lwaiting for node-2[2J (0 s)\u001b[?7h");
        }
        assertThat(out.toString(UTF_8)).endsWith("\u001b[?7h" + ERASE);
    }

    @Test
    void linesThatStayTakeItsPlace() throws InterruptedException {
        try (WaitingLine line = line(Duration.ZERO)) {
            line.says("waiting");
            shown();
            line.print("scheduled");
            assertThat(out.toString(UTF_8)).contains("\u001b[?7h" + ERASE + "scheduled\n");
        }
    }

    @Test
    void afterItsEndNothingIsWritten() throws InterruptedException {
        WaitingLine line = line(Duration.ZERO);
        line.says("waiting");
        shown();
        line.close();
        int size = out.size();
        Thread.sleep(1200);
        assertThat(out.size()).isEqualTo(size);
    }
}
