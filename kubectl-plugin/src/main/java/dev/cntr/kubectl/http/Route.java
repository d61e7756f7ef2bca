package dev.cntr.kubectl.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The way to a server: directly, or by an HTTP proxy's CONNECT; with or without TLS.
 *
 * @param host a name or an address, of IPv6 without brackets
 * @param proxy {@code http://[USER:PASSWORD@]HOST:PORT}
 * @param connectTimeout for TCP's own handshake with one address
 */
record Route(
        String host, int port, @Nullable Tls tls, @Nullable URI proxy, Duration connectTimeout) {
    /**
     * Connects.
     *
     * @throws java.net.UnknownHostException where the name does not resolve
     * @throws java.net.SocketTimeoutException where nobody answers in time
     */
    Connection connect(Deadline deadline) throws IOException {
        Socket plain =
                proxy == null ? tcp(host, port, deadline) : tcp(bare(proxy.getHost()), proxy.getPort(), deadline);
        try {
            if (proxy != null) {
                tunnel(plain, proxy, deadline);
            }
            return new Connection(plain, tls == null ? plain : tls.over(plain, port, deadline));
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /** A host as URIs have it, without the brackets of an IPv6 address. */
    static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** What an HTTP request names this server. */
    String authority() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private Socket tcp(String to, int at, Deadline deadline) throws IOException {
        IOException failure = null;
        for (InetAddress address : InetAddress.getAllByName(to)) {
            Socket socket = new Socket();
            try {
                // a key must not wait for the acknowledgement of the one before
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                socket.connect(new InetSocketAddress(address, at), (int)
                        Math.min(connectTimeout.toMillis(), deadline.millisLeft()));
                return socket;
            } catch (IOException e) {
                socket.close();
                failure = e;
            }
        }
        throw failure == null ? new ConnectException("no address") : failure;
    }

    private void tunnel(Socket plain, URI by, Deadline deadline) throws IOException {
        StringBuilder request =
                new StringBuilder("CONNECT " + authority() + " HTTP/1.1\r\nHost: " + authority() + "\r\n");
        String user = by.getUserInfo();
        if (user != null) {
            String basic = Base64.getEncoder().encodeToString(user.getBytes(ISO_8859_1));
            request.append("Proxy-Authorization: Basic ").append(basic).append("\r\n");
        }
        // what is behind the tunnel speaks after this client does: nothing of it can be read here
        Connection proxied = new Connection(plain, plain);
        proxied.write(request.append("\r\n").toString().getBytes(ISO_8859_1));
        proxied.until(deadline);
        ResponseHead answer = ResponseHead.read(proxied);
        if (!answer.isSuccessful()) {
            throw new ConnectException("the proxy " + by.getHost() + ":" + by.getPort() + " refuses to connect to "
                    + authority() + ": HTTP " + answer.status());
        }
    }
}
