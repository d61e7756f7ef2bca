package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;

/** The API server answered with an error. Whoever asked knows what it means for the user. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;
    private final String kind;

    /** @param body a {@code v1.Status}, or anything else that a proxy may have sent */
    ApiException(int status, JsonNode body) {
        super(body.path("message").asText("HTTP " + status));
        this.status = status;
        this.reason = body.path("reason").asText("");
        this.kind = body.path("details").path("kind").asText("");
    }

    /** The HTTP status. */
    int status() {
        return status;
    }

    /** The CamelCase reason, for example {@code NotFound}; empty where the server gave none. */
    String reason() {
        return reason;
    }

    /** The plural of what the error is about, for example {@code namespaces}; empty where the server did not say. */
    String kind() {
        return kind;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
