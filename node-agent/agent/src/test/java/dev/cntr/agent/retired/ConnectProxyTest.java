package dev.cntr.agent.retired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectProxyTest {
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @SuppressWarnings("NullAway.Init")
    private ConnectProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders()
                    .add("Asked-For", exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(200, 0);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        proxy = new ConnectProxy((host, port) -> {
            asked.add(host + ":" + port);
            if (host.equals("nowhere.example")) {
                throw new IOException("no way");
            }
            return SocketChannel.open(server.getAddress());
        });
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.stop(0);
    }

    @Test
    void aRequestGoesWhereItIsFor() throws Exception {
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(ProxySelector.of(proxy.address()))
                .build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://bucket.example:9000/x?y=%2F"))
                    .POST(HttpRequest.BodyPublishers.ofString("body"))
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).isEqualTo("body");
            assertThat(answer.headers().firstValue("Asked-For"))
                    .as("servers need not understand a request to a proxy")
                    .contains("/x?y=%2F");
            assertThat(asked).containsExactly("bucket.example:9000");
            HttpRequest none = HttpRequest.newBuilder(URI.create("http://nowhere.example/"))
                    .build();
            assertThat(client.send(none, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(502);
            HttpRequest secure = HttpRequest.newBuilder(URI.create("https://nowhere.example/"))
                    .build();
            assertThatThrownBy(() -> client.send(secure, HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
            assertThat(asked).last().isEqualTo("nowhere.example:443");
        }
    }

    @Test
    void aTunnelCarriesWhateverItIs() throws IOException {
        try (Socket socket =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            String tunnel = "CONNECT api.example:6443 HTTP/1.1\r\nHost: api.example:6443\r\n\r\n";
            String inside = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
            socket.getOutputStream().write((tunnel + inside).getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK")
                    .contains("hi");
            assertThat(asked).containsExactly("api.example:6443");
        }
    }
}
