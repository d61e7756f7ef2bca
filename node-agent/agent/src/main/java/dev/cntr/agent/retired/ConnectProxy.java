package dev.cntr.agent.retired;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An HTTP proxy on this network namespace's loopback, whose connections somebody else makes: a tunnel by CONNECT (RFC 9110, 9.3.6), and a request of {@code http://}. */
final class ConnectProxy implements AutoCloseable {
    private static final int LONGEST_HEAD = 64 * 1024;

    private final ServerSocket server;
    private final Connector connector;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();

    /** Makes the connections. */
    interface Connector {
        SocketChannel connect(String host, int port) throws IOException;
    }

    ConnectProxy(Connector connector) throws IOException {
        this.connector = connector;
        server = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        Thread.ofPlatform().daemon().name("proxy").start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /** Ends what goes through it: the network that carried it has gone, which nobody would notice for long. */
    void drop() {
        for (Closeable connection : open) {
            try {
                connection.close();
            } catch (IOException _) {
                // it has ended by itself
            }
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofPlatform().daemon().name("proxy-client").start(() -> serve(client));
            } catch (IOException _) {
                // closed, or that one has gone
            }
        }
    }

    private void serve(Socket client) {
        open.add(client);
        try (client) {
            byte[] head = head(client.getInputStream());
            String[] request = new String(head, ISO_8859_1).split("[ \r]", 3);
            boolean tunnel = request[0].equals("CONNECT");
            URI to = URI.create(tunnel ? "http://" + request[1] : request[1]);
            OutputStream answers = client.getOutputStream();
            try (SocketChannel channel = connector.connect(to.getHost(), to.getPort() < 0 ? 80 : to.getPort())) {
                open.add(channel);
                Socket server = channel.socket();
                if (tunnel) {
                    answers.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
                } else {
                    server.getOutputStream().write(toServer(head, to));
                }
                join(
                        channel,
                        new Streams.End(client.getInputStream(), answers, client::shutdownOutput),
                        new Streams.End(server.getInputStream(), server.getOutputStream(), server::shutdownOutput));
            } catch (IOException e) {
                answers.write("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        .getBytes(ISO_8859_1));
            }
        } catch (IOException | IllegalArgumentException _) {
            // the client is told by the end of its connection
        } finally {
            open.remove(client);
        }
    }

    /** A request as the server itself is asked (RFC 9112, 3.2.1), and for the last time: the client may send its next one, for another server, over the same connection to a proxy. */
    private static byte[] toServer(byte[] head, URI to) {
        String text = new String(head, ISO_8859_1);
        String path = to.getRawPath().isEmpty() ? "/" : to.getRawPath();
        String target = to.getRawQuery() == null ? path : path + "?" + to.getRawQuery();
        int method = text.indexOf(' ');
        int version = text.indexOf(' ', method + 1);
        int line = text.indexOf("\r\n", version);
        return (text.substring(0, method + 1) + target + text.substring(version, line) + "\r\nConnection: close"
                        + text.substring(line))
                .getBytes(ISO_8859_1);
    }

    private void join(SocketChannel channel, Streams.End client, Streams.End server) {
        try {
            Streams.join(client, server);
        } finally {
            open.remove(channel);
        }
    }

    /** Not a byte more: what follows is for the other side. */
    private static byte[] head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        for (int ends = 0; ends < 4; ) {
            int b = in.read();
            if (b < 0 || head.size() == LONGEST_HEAD) {
                throw new EOFException("no request");
            }
            head.write(b);
            ends = b == "\r\n\r\n".charAt(ends) ? ends + 1 : b == '\r' ? 1 : 0;
        }
        return head.toByteArray();
    }

    @Override
    public void close() {
        drop();
        try {
            server.close();
        } catch (IOException _) {
            // nobody connects any more either way
        }
    }
}
