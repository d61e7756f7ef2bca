package dev.cntr.kubectl.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** An answer whose body comes bit by bit, and may never end. */
public final class Streamed implements AutoCloseable {
    private final int status;
    private final Connection connection;
    private final Body body;

    Streamed(int status, Connection connection, Body body) {
        this.status = status;
        this.connection = connection;
        this.body = body;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** What comes; reads end with a {@link java.net.SocketTimeoutException} at the time that {@link #within} tells. */
    public InputStream body() {
        return body;
    }

    /** All of the body, of an answer that has an end. */
    public byte[] whole() throws IOException {
        return body.readAllBytes();
    }

    /** From now on reads may take so long together. */
    public void within(Duration time) {
        connection.until(Deadline.in(time));
    }

    /** Breaks it off. */
    @Override
    public void close() {
        connection.close();
    }
}
