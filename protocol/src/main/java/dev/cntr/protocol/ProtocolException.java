package dev.cntr.protocol;

/** The stream cannot go on: the peer broke a rule, or refused and said why. */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public ProtocolException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    static ProtocolException violation(String message) {
        return new ProtocolException(ErrorCode.PROTOCOL, message);
    }

    public ErrorCode code() {
        return code;
    }
}
