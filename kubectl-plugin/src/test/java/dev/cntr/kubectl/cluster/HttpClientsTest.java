package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class HttpClientsTest {
    @Test
    void theCiphersThatAreQuickWithoutTheProcessorsHelpComeFirstAndNoneIsLost() throws Exception {
        String[] known = SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites();
        String[] ordered = HttpClients.quickFirst(known);
        assertThat(ordered).containsExactlyInAnyOrder(known);
        assertThat(ordered[0]).isEqualTo("TLS_CHACHA20_POLY1305_SHA256");
        assertThat(HttpClients.quickFirst("A", "B_CHACHA20", "C")).containsExactly("B_CHACHA20", "A", "C");
    }
}
