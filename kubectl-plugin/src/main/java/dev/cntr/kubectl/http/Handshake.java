package dev.cntr.kubectl.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.ProtocolException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/** The beginning of a WebSocket, RFC 6455 section 4.1: what is asked, and what has to be answered. */
record Handshake(String subprotocol, String key) {
    private static final int KEY_BYTES = 16;
    private static final String WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    Handshake(String subprotocol) {
        this(subprotocol, newKey());
    }

    /** No secret: it tells this answer from one that a cache kept. */
    private static String newKey() {
        byte[] key = new byte[KEY_BYTES];
        ThreadLocalRandom.current().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    String headers() {
        return "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key
                + "\r\nSec-WebSocket-Protocol: " + subprotocol + "\r\n";
    }

    /** @throws ProtocolException where the answer is not one to this */
    void check(ResponseHead answer) throws ProtocolException {
        if (!answer.header("sec-websocket-accept").equals(accepted())) {
            throw new ProtocolException("the server switched to another protocol than a WebSocket of this client");
        }
        if (!answer.header("sec-websocket-protocol").equals(subprotocol)) {
            throw new ProtocolException("the server chose " + answer.header("sec-websocket-protocol") + " where "
                    + subprotocol + " was asked for");
        }
    }

    /** {@code Sec-WebSocket-Accept} of the answer. */
    String accepted() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + WEBSOCKET).getBytes(ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-1", e);
        }
    }
}
