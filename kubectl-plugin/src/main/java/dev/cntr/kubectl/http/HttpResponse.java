package dev.cntr.kubectl.http;

/** What a server answered. */
public record HttpResponse(int status, byte[] body) {
    /** Whether it did what was asked. */
    public boolean isSuccessful() {
        return status >= 200 && status < 300;
    }
}
