package dev.cntr.oci.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    private final Environment environment = Environment.of(List.of("A=1", "PATH=/bin", "AB=2", "odd"));

    @Test
    void aVariableIsReplacedInItsPlaceOrAppended() {
        assertThat(environment.with("A", "3").value("A")).hasValue("3");
        assertThat(environment.with("A", "3").names()).containsExactly("A", "PATH", "AB");
        assertThat(environment.with("C", "4").names()).containsExactly("A", "PATH", "AB", "C");
    }

    @Test
    void aNameIsNotTheBeginningOfAnother() {
        assertThat(environment.without("A").value("AB")).hasValue("2");
        assertThat(environment.without("A").value("A")).isEmpty();
    }

    @Test
    void bytesThatAreNoTextAreKept() {
        byte[] entry = {'X', '=', (byte) 0xff, (byte) 0xfe};
        Environment odd = Environment.ofBytes(List.of(entry)).with("Y", "1");
        assertThat(odd.entries().getFirst()).isEqualTo(entry);
    }

    @Test
    void valuesAreNotPrinted() {
        assertThat(environment.toString()).isEqualTo("[A, PATH, AB]");
    }
}
