package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.cli.caller.ThisProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
    record Ran(int code, String out, String err) {}

    private static Ran cntr(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = CntrCommand.commandLine(words.length == 0 ? "" : words[0], new ThisProcess());
        int code =
                line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(words);
        return new Ran(code, out.toString(), err.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"attach", "reattach", "sessions", "exec", "list", "completion"})
    void everyCommandHasHelp(String command) {
        Ran ran = cntr(command, "--help");
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .startsWith("Usage: cntr " + command + " ")
                .isEqualTo(cntr("help", command).out());
        assertThat(ran.out().lines()).allMatch(line -> line.length() <= 80);
        assertThat(cntr("--help").out()).contains("\n  " + command + " ");
    }

    @Test
    void theProgramItselfHasHelpAndAVersion() {
        assertThat(cntr("--help").out())
                .contains("Exit codes")
                .isEqualTo(cntr("help").out());
        assertThat(cntr("--version").out()).isEqualTo("cntr (built from source)\n");
        assertThat(cntr("list", "--version").out()).isEqualTo("cntr (built from source)\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'', Missing required subcommand",
        "attack, Unmatched argument at index 0: 'attack'",
        "help attack, There is no command \"attack\"",
        "attach, Missing required parameter: 'NAME'",
        "attach --fast web, Unknown option: '--fast'",
        "attach --type rocket web, Invalid value for option '--type'",
        "attach --fs rocket web, Invalid value for option '--filesystem'",
        "attach --tools / --image x web, '--tools, --image and --tools-from are alternatives'",
        "exec web, Missing required parameter: 'COMMAND'",
        "exec --user root web true, Invalid value for option '--user'",
        "exec --cap-add fly web true, Invalid value for option '--cap-add'",
        "reattach --detach-keys ctrl-ä x, Invalid value for option '--detach-keys'",
        "completion fish, Invalid value for positional parameter",
        "completion, Missing required parameter",
    })
    void whatCannotBeMeantIsToldWithCodeTwo(String words, String message) {
        Ran ran = cntr(words.isEmpty() ? new String[0] : words.split(" "));
        assertThat(ran.err()).contains(message);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
    }
}
