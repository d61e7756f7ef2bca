package dev.cntr.kubectl.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HttpClientTest {
    private static final Duration TIME = Duration.ofSeconds(10);
    private static final HttpRequest GET = HttpRequest.get("api/pods?watch=true");

    @Test
    void aKeyDoesNotWaitForTheAcknowledgementOfTheOneBefore() throws Exception {
        try (RawServer server = new RawServer((_, in, _) -> in.read());
                Connection connection = server.route().connect(Deadline.in(TIME))) {
            assertThat(connection.sendsAtOnce()).isTrue();
        }
    }

    @Test
    void aRequestTellsWhoAsksForWhat() throws Exception {
        try (RawServer server = new RawServer((_, _, out) -> RawServer.say(out, "HTTP/1.1 204 Gone\r\n\r\n"));
                HttpClient client = server.client()) {
            client.send(new HttpRequest("POST", "api/pods", "application/json", "{\"a\":\"ä\"}"), TIME);
            assertThat(server.requests().getFirst())
                    .startsWith("POST /base/api/pods HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() + "\r\n")
                    .contains("\r\nAuthorization: Bearer secret\r\n", "\r\nX-Who: jane\r\n")
                    .contains("\r\nContent-Type: application/json\r\n", "\r\nContent-Length: 10\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
                "HTTP/1.1 200 OK\r\ncontent-length:4\r\n\r\nbody",
                "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nbod\r\n1;x=y\r\ny\r\n0\r\nTrailer: 1\r\n\r\n",
                "HTTP/1.0 200 OK\r\n\r\nbody",
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\nContent-Length: 4\n\nbody",
            })
    void aBodyEndsWhereItsFramingSays(String answer) throws Exception {
        try (RawServer server = new RawServer((_, _, out) -> RawServer.say(out, answer));
                HttpClient client = server.client()) {
            HttpResponse response = client.send(GET, TIME);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).asString(UTF_8).isEqualTo("body");
        }
    }

    @Test
    void anAnswerThatIsCutOffIsNone() throws Exception {
        assertFails("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody", EOFException.class);
        assertFails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbody", EOFException.class);
        assertFails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n", EOFException.class);
        assertFails("HTTP/1.1 200 OK\r\nContent-Le", EOFException.class);
        assertFails("", EOFException.class);
    }

    @Test
    void whatIsNoHttpIsToldAsThat() throws Exception {
        assertFails("SSH-2.0-OpenSSH_9.2\r\n\r\n", ProtocolException.class);
        assertFails("HTTP/1.1 two OK\r\n\r\n", ProtocolException.class);
        assertFails("HTTP/1.1 200 OK\r\nno header\r\n\r\n", ProtocolException.class);
        assertFails("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ProtocolException.class);
        assertFails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", ProtocolException.class);
        assertFails("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nbody\r\n", ProtocolException.class);
    }

    private static void assertFails(String answer, Class<? extends IOException> how) throws IOException {
        try (RawServer server = new RawServer((_, _, out) -> RawServer.say(out, answer));
                HttpClient client = server.client()) {
            assertThatThrownBy(() -> client.send(GET, TIME)).isInstanceOf(how);
        }
    }

    @Test
    void aConnectionIsUsedAgain() throws Exception {
        try (RawServer server = new RawServer((_, in, out) -> {
                    RawServer.say(out, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
                    RawServer.request(in);
                    RawServer.say(out, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
                });
                HttpClient client = server.client()) {
            assertThat(client.send(GET, TIME).body()).asString(UTF_8).isEqualTo("one");
            assertThat(client.send(GET, TIME).body()).asString(UTF_8).isEqualTo("two");
            assertThat(server.requests()).hasSize(1);
        }
    }

    /** What changes something may have been done by a server that ends the connection instead of answering. */
    @Test
    void onAConnectionThatTheServerHasEndedOnlyWhatIsSafeIsAskedAgain() throws Exception {
        try (RawServer server = new RawServer(
                        (_, _, out) -> RawServer.say(out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
                HttpClient client = server.client()) {
            client.send(GET, TIME);
            assertThat(client.send(GET, TIME).status()).isEqualTo(200);
            assertThat(server.requests()).hasSize(2);
            assertThatThrownBy(() -> client.send(new HttpRequest("DELETE", "x", "", ""), TIME))
                    .isInstanceOf(IOException.class);
            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void aConnectionThatIsMadeBesideIsFoundByTheNextRequest() throws Exception {
        try (RawServer server = new RawServer(
                        (_, _, out) -> RawServer.say(out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
                HttpClient client = server.client()) {
            client.prepare(TIME);
            assertThat(client.send(GET, TIME).status()).isEqualTo(200);
        }
    }

    @Test
    void whatDoesNotAnswerIsGivenUpInTime() throws Exception {
        try (RawServer server = new RawServer((_, in, out) -> {
                    for (String part : "HTTP/1.1 200 OK\r\n".split("")) {
                        RawServer.say(out, part);
                        Thread.sleep(100);
                    }
                    in.read();
                });
                HttpClient client = server.client()) {
            assertThatThrownBy(() -> client.send(GET, Duration.ofMillis(500)))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void closingEndsWhoWaits() throws Exception {
        try (RawServer server = new RawServer((_, in, _) -> in.read());
                HttpClient client = server.client()) {
            Thread.ofVirtual().start(() -> {
                while (server.requests().isEmpty()) {
                    Thread.onSpinWait();
                }
                client.close();
            });
            assertThatThrownBy(() -> client.send(GET, TIME)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aProxyIsAskedToConnect() throws Exception {
        try (RawServer proxy = new RawServer((_, in, out) -> {
                    RawServer.say(out, "HTTP/1.1 200 Connection established\r\n\r\n");
                    RawServer.request(in);
                    RawServer.say(out, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied");
                });
                HttpClient client = RawServer.client(new Route(
                        "api.example", 6443, null, URI.create("http://jane:pw@127.0.0.1:" + proxy.port()), TIME))) {
            assertThat(client.send(GET, TIME).body()).asString(UTF_8).isEqualTo("proxied");
            assertThat(proxy.requests().getFirst())
                    .startsWith("CONNECT api.example:6443 HTTP/1.1\r\nHost: api.example:6443\r\n")
                    .contains("\r\nProxy-Authorization: Basic amFuZTpwdw==\r\n");
        }
    }

    @Test
    void aProxyThatRefusesIsNamed() throws Exception {
        try (RawServer proxy = new RawServer((_, _, out) -> RawServer.say(out, "HTTP/1.1 407 Who are you?\r\n\r\n"));
                HttpClient client = RawServer.client(
                        new Route("api.example", 6443, null, URI.create("http://127.0.0.1:" + proxy.port()), TIME))) {
            assertThatThrownBy(() -> client.send(GET, TIME))
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("the proxy 127.0.0.1:" + proxy.port()
                            + " refuses to connect to api.example:6443: HTTP 407");
        }
    }
}
