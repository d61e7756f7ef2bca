package dev.cntr.protocol;

/** The first byte of a frame. Numbers are part of the protocol and never change. */
enum FrameType {
    HELLO(1),
    CHALLENGE(2),
    PROOF(3),
    STDIN(4),
    STDOUT(5),
    STDERR(6),
    ACK(7),
    RESIZE(8),
    SIGNAL(9),
    CLOSE_STDIN(10),
    EXIT(11),
    DETACH(12),
    ERROR(13),
    RESUME(14),
    RESUMED(15);

    /** The stream number in an ACK that acknowledges an EXIT. */
    static final int EXIT_STREAM = 255;

    private static final FrameType[] ALL = values();

    private final int number;

    FrameType(int number) {
        this.number = number;
    }

    byte number() {
        return (byte) number;
    }

    static FrameType of(int number) {
        if (number < 1 || number > ALL.length) {
            throw ProtocolException.violation("there is no frame of type " + number);
        }
        return ALL[number - 1];
    }

    static FrameType of(Frame frame) {
        return switch (frame) {
            case Frame.Hello _, Frame.Accepted _ -> HELLO;
            case Frame.Resume _ -> RESUME;
            case Frame.Resumed _ -> RESUMED;
            case Frame.Challenge _ -> CHALLENGE;
            case Frame.Proof _ -> PROOF;
            case Frame.Data data ->
                switch (data.stream()) {
                    case STDIN -> STDIN;
                    case STDOUT -> STDOUT;
                    case STDERR -> STDERR;
                };
            case Frame.Ack _, Frame.ExitReceived _ -> ACK;
            case Frame.Resize _ -> RESIZE;
            case Frame.Signal _ -> SIGNAL;
            case Frame.CloseStdin _ -> CLOSE_STDIN;
            case Frame.Exit _ -> EXIT;
            case Frame.Detach _ -> DETACH;
            case Frame.Error _ -> ERROR;
        };
    }
}
