package dev.cntr.agent;

import dev.cntr.attach.Command;
import dev.cntr.linux.Fd;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The tools of one session.
 *
 * @param mount gives a detached mount of their tree, which is then the caller's
 * @param path where commands are in them, a value of PATH; empty where they tell none
 * @param release frees what serves them, where that is for this session
 */
record SessionTools(Supplier<Fd> mount, Optional<String> path, Runnable release) implements AutoCloseable {
    /** The command as it is looked for in these tools; a PATH that the session asks for stays. */
    Command within(Command command) {
        return command.environment().containsKey("PATH")
                ? command
                : path.map(command::withPath).orElse(command);
    }

    @Override
    public void close() {
        release.run();
    }
}
