package dev.cntr.cli;

import java.io.IOException;
import java.nio.file.Path;

/** {@link EndsIT} by a resident {@code cntr serve}. */
class ServedEndsIT extends EndsIT {
    @Override
    Standalone open(Path tools) throws IOException {
        return Standalone.served(tools);
    }
}
