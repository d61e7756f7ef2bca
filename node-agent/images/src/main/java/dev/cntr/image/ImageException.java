package dev.cntr.image;

/** An image that cannot be used. The message names the image, what is wrong with it, and what to do. */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ImageException(String message) {
        super(message);
    }

    public ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
