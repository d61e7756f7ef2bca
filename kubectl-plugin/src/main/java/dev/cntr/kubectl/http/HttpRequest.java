package dev.cntr.kubectl.http;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What is asked of a server.
 *
 * @param target path and query, encoded, below the server's own path
 * @param contentType of the body; empty where there is none
 */
public record HttpRequest(String method, String target, String contentType, String body) {
    /** Asks for something. */
    public static HttpRequest get(String target) {
        return new HttpRequest("GET", target, "", "");
    }

    /** Whether asking twice is asking once. */
    boolean isSafe() {
        return method.equals("GET");
    }

    byte[] bytes() {
        return body.getBytes(UTF_8);
    }
}
