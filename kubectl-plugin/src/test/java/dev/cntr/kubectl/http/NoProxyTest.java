package dev.cntr.kubectl.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoProxyTest {
    @ParameterizedTest
    @CsvSource({
        "*, a.example, true",
        "example, a.example, true",
        "example, EXAMPLE, true",
        "example, anexample, false",
        ".example, a.example, true",
        ".example, example, false",
        "a.example:6443, a.example, true",
        "a.example:443, a.example, false",
        "10.0.0.0/8, 10.200.3.4, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.0.0.0/9, 10.128.0.1, false",
        "10.0.0.0/8, ten.example, false",
        "10.0.0.0/x, 10.0.0.1, false",
        "10.0.0.1, 10.0.0.1, true",
        "10.0.0.1, 10.0.0.12, false",
        "fd00::/8, fd12::1, true",
        "fd00::/8, 10.0.0.1, false",
        "[fd12::1]:6443, fd12::1, true",
        "fd12::1, fd12::1, true",
        "'', a.example, false",
    })
    void anEntryCoversWhatGoProgramsTakeItFor(String entry, String host, boolean covered) {
        assertThat(new NoProxy(List.of(" ", entry)).covers(host, 6443)).isEqualTo(covered);
    }
}
