package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelayRequestTest {
    @Test
    void readsTheSessionAndNotAByteMore() throws IOException {
        ByteArrayInputStream in = in("/relay\0attach\0team-a\0hello-x7k2p\0jane@example.com\0", 0, "rest");
        RelayRequest request = RelayRequest.read(in);
        assertThat(request).isEqualTo(new RelayRequest("team-a", "hello-x7k2p", "jane@example.com"));
        assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("rest");
        assertThat(String.join("\0", request.command()) + "\0")
                .isEqualTo("/relay\0attach\0team-a\0hello-x7k2p\0jane@example.com\0");
    }

    @Test
    void aSessionOnANodeHasNoNamespace() throws IOException {
        RelayRequest request = RelayRequest.read(in("/relay\0attach\0-\0worker-1-x7k2p\0jane\0", 0, ""));
        assertThat(request).isEqualTo(new RelayRequest(RelayRequest.NO_NAMESPACE, "worker-1-x7k2p", "jane"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/relay\0attach\0ns\0session\0jane",
                "/relay\0attach\0ns\0session\0",
                "/relay\0attach\0ns\0session\0jane\0more\0",
                "/relay\0exec\0ns\0session\0jane\0",
                "/relay\0attach\0../ns\0session\0jane\0",
                "/relay\0attach\0ns\0ses/sion\0jane\0",
                "/relay\0attach\0ns\0\0jane\0",
                "/relay\0attach\0ns\0session\0\0",
                "/relay\0attach\0NS\0session\0jane\0",
                "/relay\0attach\0ns\0-session\0jane\0",
                "\0",
            })
    void whateverElseIsRefused(String line) {
        assertThatThrownBy(() -> RelayRequest.read(in(line, 0, ""))).isInstanceOf(ProtocolException.class);
    }

    @Test
    void aUserMayHaveAnyNameOfAnySaneLength() throws IOException {
        for (String user : List.of("-", "system:serviceaccount:a:b", "Jürgen \u202e\n\"", "u".repeat(1024))) {
            assertThat(RelayRequest.read(in("/relay\0attach\0ns\0session\0" + user + "\0", 0, ""))
                            .user())
                    .isEqualTo(user);
        }
        assertThatThrownBy(() -> new RelayRequest("ns", "session", "u".repeat(1025)))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> new RelayRequest("ns", "session", "jane\0root"))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void lengthsBeyondTheBoundAreRefusedUnread() {
        assertThatThrownBy(() -> RelayRequest.read(in("", 4097, ""))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> RelayRequest.read(in("", Long.MIN_VALUE, ""))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> RelayRequest.read(in("", 1L << 32, ""))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> RelayRequest.read(in("a".repeat(254) + "\0", 0, "")))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void anEarlyEndIsAnEnd() {
        assertThatThrownBy(() -> RelayRequest.read(in("/relay\0", 40, ""))).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> RelayRequest.read(new ByteArrayInputStream(new byte[7])))
                .isInstanceOf(EOFException.class);
    }

    private static ByteArrayInputStream in(String line, long length, String rest) {
        byte[] bytes = line.getBytes(UTF_8);
        byte[] after = rest.getBytes(UTF_8);
        return new ByteArrayInputStream(ByteBuffer.allocate(8 + bytes.length + after.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length == 0 ? bytes.length : length)
                .put(bytes)
                .put(after)
                .array());
    }
}
