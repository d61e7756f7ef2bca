package dev.cntr.kubectl.terminal;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells which of the standard streams are terminals, without a native call. */
public final class StandardStreams {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private StandardStreams() {}

    public static boolean inputIsTerminal() {
        return isTerminal(0);
    }

    public static boolean outputIsTerminal() {
        return isTerminal(1);
    }

    public static boolean errorIsTerminal() {
        return isTerminal(2);
    }

    /** On Linux by the name of the open file, pts(4) and tty(4); elsewhere the JVM knows of input and output together only. */
    private static boolean isTerminal(int descriptor) {
        if (!Files.isDirectory(DESCRIPTORS)) {
            Console console = System.console();
            return console != null && console.isTerminal();
        }
        try {
            String file = Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(descriptor)))
                    .toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException _) {
            return false;
        }
    }
}
