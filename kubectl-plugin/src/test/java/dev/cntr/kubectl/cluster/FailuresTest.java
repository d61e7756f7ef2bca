package dev.cntr.kubectl.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** The JDK's HTTP client says little in its messages and much in their causes. */
class FailuresTest {
    @Test
    void reasonsAreWords() {
        assertThat(Failures.reason(connect(new ClosedChannelException()))).isEqualTo("connection refused");
        assertThat(Failures.reason(connect(new UnresolvedAddressException())))
                .isEqualTo("the host name does not resolve");
        assertThat(Failures.reason(new ConnectException("No route to host"))).isEqualTo("No route to host");
        assertThat(Failures.reason(new HttpConnectTimeoutException("HTTP connect timed out")))
                .isEqualTo("no answer in time");
        assertThat(Failures.reason(new SSLHandshakeException("unknown certificate")))
                .isEqualTo("TLS: unknown certificate");
        assertThat(Failures.reason(new IOException(new IOException("Connection reset"))))
                .contains("Connection reset");
        assertThat(Failures.reason(new ClosedChannelException())).isEqualTo("ClosedChannelException");
    }

    private static ConnectException connect(Exception cause) {
        ConnectException failure = new ConnectException();
        failure.initCause(cause);
        return failure;
    }
}
