package dev.cntr.fuse;

import static org.awaitility.Awaitility.await;

import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A user namespace of a process that sleeps, in which 0 is 100000 outside, and so on. */
final class UserNamespace implements AutoCloseable {
    private final Process sleeper;

    private UserNamespace(Process sleeper) {
        this.sleeper = sleeper;
    }

    static UserNamespace start() throws IOException {
        UserNamespace started = new UserNamespace(new ProcessBuilder("unshare", "--user", "sleep", "60").start());
        Path process = Path.of("/proc/" + started.sleeper.pid());
        Path ours = Files.readSymbolicLink(Path.of("/proc/self/ns/user"));
        await().until(() -> !Files.readSymbolicLink(process.resolve("ns/user")).equals(ours));
        Files.writeString(process.resolve("uid_map"), "0 100000 65536");
        Files.writeString(process.resolve("gid_map"), "0 100000 65536");
        return started;
    }

    Fd open() {
        return Fd.open("/proc/" + sleeper.pid() + "/ns/user", OpenFlag.O_RDONLY);
    }

    @Override
    public void close() {
        sleeper.destroyForcibly();
    }
}
