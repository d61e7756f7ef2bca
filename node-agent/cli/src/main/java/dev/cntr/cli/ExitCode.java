package dev.cntr.cli;

import dev.cntr.engine.EngineException;
import dev.cntr.linux.proc.ProcessGoneException;

/** Exit codes of cntr itself. The command's own code, 126 and 127 are passed on as docker does. */
final class ExitCode {
    static final int ENGINE_UNREACHABLE = 120;
    static final int AMBIGUOUS = 121;
    static final int UNSUPPORTED = 122;
    static final int NOT_FOUND = 123;
    static final int NOT_RUNNING = 124;
    static final int FAILED = 125;

    private ExitCode() {}

    /** For an error that ends cntr. */
    static int of(Throwable e) {
        return switch (e) {
            case EngineException.Unresolved none when none.decisive() != none -> of(none.decisive());
            case EngineException.NotFound _ -> NOT_FOUND;
            case EngineException.NotRunning _ -> NOT_RUNNING;
            case EngineException.Ambiguous _ -> AMBIGUOUS;
            case EngineException.Unreachable _, EngineException.Absent _ -> ENGINE_UNREACHABLE;
            case EngineException.Unsupported _ -> UNSUPPORTED;
            case ProcessGoneException _ -> NOT_RUNNING;
            default -> FAILED;
        };
    }
}
