package dev.cntr.engine.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.EngineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestSocketTest {
    @TempDir
    Path dir;

    private HttpDouble server;
    private RestSocket socket;

    @BeforeEach
    void start() throws IOException {
        server = new HttpDouble(dir.resolve("s"));
        socket = new RestSocket("engine", dir.resolve("s"), Duration.ofMillis(500));
    }

    @AfterEach
    void end() throws IOException {
        server.close();
    }

    @Test
    void anAnswerIsReadWhole() {
        String large = "x".repeat(1_000_000);
        server.answer("/a?b=1", 200, "{\"k\":[\"" + large + "\",1,true,null,1.5,{}]}");
        RestSocket.Answer answer = socket.get("/a?b=1");
        assertThat(answer.ok()).isTrue();
        assertThat(answer.body().at("k").elements()).hasSize(6);
        assertThat(answer.body().at("k").elements().getFirst().text()).isEqualTo(large);
        assertThat(socket.get("/other").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-x\r\n\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\n{}",
                "HTTP/1.0 200 OK\r\n\r\n{\"a\":",
                "HTTP/1.0 200 OK\r\n\r\n{}{}",
                "HTTP/1.0 200 OK\r\n",
                "\r\n"
            })
    void whatIsNoAnswerIsUnreachable(String answer) {
        server.raw("/", answer);
        assertThatThrownBy(() -> socket.get("/"))
                .isInstanceOf(EngineException.Unreachable.class)
                .hasMessageContaining("engine cannot be asked on " + dir.resolve("s"));
    }

    @Test
    void oneThatHangsIsGivenUp() {
        server.raw("/", "");
        assertThatThrownBy(() -> socket.get("/")).hasMessageContaining("did not answer GET / within 500 ms");
    }

    @Test
    void nobodyThere() throws IOException {
        server.close();
        assertThatThrownBy(() -> socket.get("/"))
                .isInstanceOf(EngineException.Unreachable.class)
                .hasMessageContaining("is it running?");
        assertThatThrownBy(() -> new RestSocket("engine", dir.resolve("none")).get("/"))
                .isInstanceOf(EngineException.Absent.class)
                .hasMessageContaining("not installed or not running");
    }

    @Test
    void aFileIsPassedOnAsItComes() {
        String large = "x".repeat(1_000_000);
        server.raw("/file", "HTTP/1.0 200 OK\r\nContent-Type: application/x-tar\r\n\r\n" + large);
        server.raw("/none", "HTTP/1.0 404 Not Found\r\n\r\n{\"message\":\"no such image\"}");
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        socket.download("/file", file);
        assertThat(file.toString(StandardCharsets.US_ASCII)).isEqualTo(large);
        assertThatThrownBy(() -> socket.download("/none", file))
                .isInstanceOf(EngineException.Unreachable.class)
                .hasMessageContaining("404 no such image");
    }

    @Test
    void noRequestCanBeSmuggled() {
        assertThatThrownBy(() -> socket.get("/a HTTP/1.0\r\n")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void missingFieldsAreNothing() throws IOException {
        Json json = Json.parse("{\"a\":{\"n\":7,\"t\":\"x\",\"z\":null}}".getBytes(StandardCharsets.UTF_8));
        assertThat(json.at("a", "n").whole()).isEqualTo(7);
        assertThat(json.at("a", "n").text()).isEmpty();
        assertThat(json.at("a", "t", "deeper", "still").elements()).isEmpty();
        assertThat(json.at("a").texts()).containsOnlyKeys("t");
    }
}
