package dev.cntr.protocol;

/** One of the three standard streams of the command; its number is that of the file descriptor. */
public enum StreamId {
    STDIN,
    STDOUT,
    STDERR;

    static StreamId of(int number) {
        return switch (number) {
            case 0 -> STDIN;
            case 1 -> STDOUT;
            case 2 -> STDERR;
            default -> throw ProtocolException.violation("there is no stream " + number);
        };
    }

    int number() {
        return ordinal();
    }
}
