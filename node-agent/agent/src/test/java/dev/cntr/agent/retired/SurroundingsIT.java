package dev.cntr.agent.retired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cntr.linux.proc.PinnedProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The network of another process, whose namespace has nothing but its own loopback: a server there is reached by no other way. */
@Timeout(60)
class SurroundingsIT {
    private static final URI SERVER = URI.create("http://127.0.0.1:8765/said");
    private static final HttpRequest REQUEST =
            HttpRequest.newBuilder(SERVER).timeout(Duration.ofSeconds(10)).build();

    @TempDir
    Path served;

    private final Surroundings surroundings = new Surroundings();
    private final List<Process> started = new ArrayList<>();
    private final HttpClient client =
            HttpClient.newBuilder().proxy(surroundings.proxies()).build();

    @AfterEach
    void end() throws Exception {
        client.close();
        surroundings.close();
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    /** A server in a network namespace of its own. */
    private PinnedProcess server(String says) throws IOException {
        Path root = Files.createDirectory(served.resolve(says));
        Files.writeString(root.resolve("said"), says);
        Process server = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "sh",
                        "-c",
                        "ip link set lo up && exec busybox httpd -f -p 127.0.0.1:8765 -h " + root)
                .inheritIO()
                .start();
        started.add(server);
        Path sockets = Path.of("/proc/" + server.pid() + "/net/tcp");
        await().until(() -> Files.readString(sockets).contains(":%04X ".formatted(SERVER.getPort())));
        return PinnedProcess.open((int) server.pid());
    }

    private String said() throws IOException, InterruptedException {
        return client.send(REQUEST, BodyHandlers.ofString()).body();
    }

    @Test
    void itIsReachedForAsLongAsItIsLent() throws Exception {
        PinnedProcess one = server("one");
        PinnedProcess two = server("two");
        assertThatThrownBy(this::said).as("the own network").isInstanceOf(IOException.class);
        surroundings.lose();
        assertThat(said()).as("nobody lends one").isEmpty();
        surroundings.lend(one);
        assertThat(said()).isEqualTo("one");
        surroundings.lend(two);
        assertThat(said()).as("the one after it").isEqualTo("two");
        surroundings.giveBack();
        assertThat(client.send(REQUEST, BodyHandlers.discarding()).statusCode()).isEqualTo(502);
    }

    @Test
    void whoHasDiedLendsNothing() throws Exception {
        PinnedProcess one = server("one");
        surroundings.lose();
        surroundings.lend(one);
        assertThat(said()).isEqualTo("one");
        started.getFirst().destroyForcibly().waitFor();
        assertThat(client.send(REQUEST, BodyHandlers.discarding()).statusCode()).isEqualTo(502);
    }
}
