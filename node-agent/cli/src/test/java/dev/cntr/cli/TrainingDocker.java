package dev.cntr.cli;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What {@code dev/training/cntr} takes for Docker's daemon: it knows one running container, whatever it is asked. It ends with
 * its standard input.
 *
 * <p>Arguments: the socket, and the pid of the container's process.
 */
public final class TrainingDocker {
    private static final String ID = "5".repeat(64);

    private TrainingDocker() {}

    public static void main(String[] arguments) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(Path.of(arguments[0])));
            Thread.ofPlatform().daemon().start(() -> answer(server, arguments[1]));
            System.out.println("ready");
            while (System.in.read() >= 0) {
                // until the script ends
            }
        }
    }

    private static void answer(ServerSocketChannel server, String pid) {
        String body = "{\"Id\":\"" + ID + "\",\"Name\":\"/web\",\"State\":{\"Status\":\"running\",\"Running\":true,"
                + "\"Paused\":false,\"Pid\":" + pid + "},\"Config\":{\"Image\":\"web\",\"Labels\":{\"a\":\"b\"}}}";
        String answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
        while (true) {
            try (SocketChannel client = server.accept()) {
                client.read(ByteBuffer.allocate(4096)); // a request is small
                client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException e) {
                return;
            }
        }
    }
}
