package dev.cntr.oci.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cntr.oci.OciException;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
    @Test
    void optionsStandBeforeOrAfterTheId() {
        for (Arguments a : new Arguments[] {
            Arguments.parse("--root", "/r", "create", "--bundle", "/b", "id"),
            Arguments.parse("--root=/r", "create", "id", "-b", "/b"),
            Arguments.parse("-root", "/r", "create", "-bundle=/b", "id")
        }) {
            assertThat(a.option("root")).hasValue("/r");
            assertThat(a.option("bundle")).hasValue("/b");
            assertThat(a.command()).hasValue("create");
            assertThat(a.id()).isEqualTo("id");
        }
    }

    @Test
    void aSignalIsAnOperand() {
        Arguments a = Arguments.parse("kill", "--all", "id", "KILL");
        assertThat(a.has("all")).isTrue();
        assertThat(a.operand(1)).hasValue("KILL");
    }

    @Test
    void mistakesAreErrors() {
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> Arguments.parse("create", "--bundle"))
                .withMessage("option --bundle needs a value");
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> Arguments.parse("create", "--magic", "id"))
                .withMessageContaining("unknown option --magic");
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> Arguments.parse("start").id())
                .withMessageContaining("needs the id");
    }

    @Test
    void signalsByNumberAndName() {
        assertThat(SignalName.number("15")).isEqualTo(15);
        assertThat(SignalName.number("SIGTERM")).isEqualTo(15);
        assertThat(SignalName.number("kill")).isEqualTo(9);
        assertThat(SignalName.number("WINCH")).isEqualTo(28);
        assertThatExceptionOfType(OciException.class).isThrownBy(() -> SignalName.number("SIGFOO"));
    }
}
