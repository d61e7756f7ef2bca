package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code cntr attach} in a real pty, by pexpect (terminal.py). */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TerminalIT {
    private Standalone cntr;
    private Path script;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        script = Standalone.terminalScript(directory);
        cntr = open(directory.resolve("tools"));
    }

    Standalone open(Path tools) throws IOException {
        return Standalone.start(tools);
    }

    @AfterAll
    void stop() throws InterruptedException {
        if (cntr != null) {
            cntr.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a_shell_with_size_and_resize",
                "keys_of_job_control",
                "every_byte_passes",
                "type_ahead_and_end_of_file",
                "much_both_ways",
                "restored_after_terminate",
                "restored_after_kill",
                "hang_up",
                "only_input_is_a_terminal",
                "a_full_screen_program",
                "exec_inside",
                "the_default_shell_finds_cntr",
            })
    void terminal(String testCase) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", script.toString(), testCase));
        String[] shell = testCase.contains("default") ? new String[0] : new String[] {"sh"};
        command.addAll(cntr.attach(List.of(), shell));
        Standalone.Ran ran = Standalone.run(new byte[0], command);
        assertThat(ran.code()).as(ran.text() + ran.err()).isZero();
    }
}
