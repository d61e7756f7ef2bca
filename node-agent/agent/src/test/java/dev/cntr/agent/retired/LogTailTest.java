package dev.cntr.agent.retired;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void say(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private String passed() {
        String text = out.toString(UTF_8);
        out.reset();
        return text;
    }

    @Test
    void wholeLinesArePassedOnOnceAlsoByWhoComesNext() throws IOException {
        Path file = directory.resolve("log");
        LogTail first = new LogTail(file, out);
        first.pass(false);
        say(file, "one\ntw");
        first.pass(false);
        assertThat(passed()).isEqualTo("one\n");
        say(file, "o\n");
        first.pass(false);
        assertThat(passed()).isEqualTo("two\n");
        say(file, "x".repeat(200_000) + "\nthree\nfou");
        LogTail next = new LogTail(file, out);
        next.pass(false);
        assertThat(passed()).isEqualTo("x".repeat(200_000) + "\nthree\n");
        next.finish();
        assertThat(passed()).isEqualTo("fou");
    }
}
