package dev.cntr.cli;

import dev.cntr.cli.caller.Caller;
import dev.cntr.cli.server.Server;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.socket.UnixSocket;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code cntr serve}. */
final class ServeCommand implements Callable<Integer> {
    private static final int ONLY_OWNER = 0600;
    private static final int BACKLOG = 128;

    private final CommandSpec spec = Options.command(
            this,
            "serve",
            "Stays, and runs the attach, exec and list of root's other calls of cntr on this machine, so that none of them"
                    + " has to start a virtual machine. Ends at TERM or INT, and with it what it runs.");
    private final OptionSpec socket = Options.builder(
                    "FILE", "Where it listens (default: ${DEFAULT-VALUE}, which cntr looks for).", "--socket")
            .type(String.class)
            .defaultValue("/run/cntr/cntr.sock")
            .build();
    private final Caller caller;

    ServeCommand(Caller caller) {
        this.caller = caller;
    }

    /** What picocli parses. */
    CommandSpec spec() {
        spec.addOption(socket);
        return spec;
    }

    @Override
    public Integer call() throws IOException {
        Path file = caller.file(socket.<String>getValue()).toAbsolutePath();
        Path directory = file.resolveSibling(".").normalize();
        PrivateDirectory.make(directory);
        Path lock = file.resolveSibling(file.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held == null) {
                throw new IllegalStateException("another cntr serve listens on " + file);
            }
            Files.deleteIfExists(file); // of one that was killed
            try {
                serve(directory, file);
            } finally {
                Files.deleteIfExists(file);
            }
        }
        return 0;
    }

    private void serve(Path directory, Path file) {
        Fd listening;
        try (Fd open = Fd.open(directory.toString(), OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY)) {
            listening = UnixSocket.listen(open, String.valueOf(file.getFileName()), ONLY_OWNER, BACKLOG);
        }
        Server server = new Server(listening, new ServedCommands());
        caller.onSignal(signal -> {
            if (signal != Caller.WINCH) {
                server.close();
            }
        });
        PrintWriter err = spec.commandLine().getErr();
        err.println("cntr: serves on " + file);
        err.flush();
        server.run();
    }
}
