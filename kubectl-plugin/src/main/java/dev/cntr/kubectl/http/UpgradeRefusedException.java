package dev.cntr.kubectl.http;

import java.io.IOException;

/** A server does not open a WebSocket, and says why. */
public final class UpgradeRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final byte[] body;

    UpgradeRefusedException(int status, byte[] body) {
        super("HTTP " + status);
        this.status = status;
        this.body = body.clone();
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** What the server said. */
    public byte[] body() {
        return body.clone();
    }
}
