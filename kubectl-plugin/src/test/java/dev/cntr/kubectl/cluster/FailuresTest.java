package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void reasonsAreWords() {
        assertThat(Failures.reason(new ConnectException("Connection refused"))).isEqualTo("connection refused");
        assertThat(Failures.reason(new ConnectException())).isEqualTo("connection refused");
        assertThat(Failures.reason(new ConnectException("No route to host"))).isEqualTo("No route to host");
        assertThat(Failures.reason(new IOException(new UnknownHostException("nowhere"))))
                .isEqualTo("the host name does not resolve");
        assertThat(Failures.reason(new SocketTimeoutException("Read timed out")))
                .isEqualTo("no answer in time");
        assertThat(Failures.reason(new SSLHandshakeException("unknown certificate")))
                .isEqualTo("TLS: unknown certificate");
        assertThat(Failures.reason(new IOException(new IOException("Connection reset"))))
                .contains("Connection reset");
        assertThat(Failures.reason(new ClosedChannelException())).isEqualTo("ClosedChannelException");
    }
}
