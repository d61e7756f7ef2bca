package dev.cntr.relay;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.program.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/** Writes {@code relay} and {@code pause} into a directory: {@code BuildRelay DIR [x86_64|aarch64]}. */
public final class BuildRelay {
    private static final String SOCKET = "/run/cntr/relay.sock";

    private BuildRelay() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 1 || args.length > 2) {
            System.err.println("usage: BuildRelay DIR [x86_64|aarch64]");
            System.exit(2);
        }
        Path directory = Files.createDirectories(Path.of(args[0]));
        Architecture architecture =
                args.length == 1 ? Architecture.current() : Architecture.valueOf(args[1].toUpperCase(Locale.ROOT));
        write(RelayProgram.assemble(architecture, SOCKET), directory.resolve("relay"));
        write(PauseProgram.assemble(architecture), directory.resolve("pause"));
    }

    static Path write(Program program, Path file) throws IOException {
        Files.write(file, program.elf());
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
