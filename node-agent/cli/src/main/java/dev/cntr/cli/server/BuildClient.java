package dev.cntr.cli.server;

import dev.cntr.linux.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/** Writes the {@link ClientProgram} of a server's socket: {@code BuildClient SOCKET FILE [x86_64|aarch64]}. */
public final class BuildClient {
    private BuildClient() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 2 || args.length > 3) {
            System.err.println("usage: BuildClient SOCKET FILE [x86_64|aarch64]");
            System.exit(2);
        }
        Architecture architecture =
                args.length == 2 ? Architecture.current() : Architecture.valueOf(args[2].toUpperCase(Locale.ROOT));
        write(ClientProgram.assemble(architecture, args[0]).elf(), Path.of(args[1]));
    }

    private static void write(byte[] elf, Path file) throws IOException {
        Files.write(file, elf);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
