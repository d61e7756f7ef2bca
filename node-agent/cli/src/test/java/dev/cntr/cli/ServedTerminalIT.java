package dev.cntr.cli;

import java.io.IOException;
import java.nio.file.Path;

/** {@link TerminalIT} by a resident {@code cntr serve}. */
class ServedTerminalIT extends TerminalIT {
    @Override
    Standalone open(Path tools) throws IOException {
        return Standalone.served(tools);
    }
}
