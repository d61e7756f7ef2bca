package dev.cntr.fuse.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.fuse.PrivateNamespace;
import dev.cntr.fuse.Python;
import dev.cntr.fuse.session.Negotiation;
import dev.cntr.fuse.session.Session;
import dev.cntr.fuse.session.Superblock;
import dev.cntr.fuse.wire.InitFlag;
import dev.cntr.fuse.wire.Opcode;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.UmountFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How many directories are watched, and until when. */
@ExtendWith(PrivateNamespace.class)
class WatchLimitIT {
    private static final int MOST = 3;

    @TempDir
    Path temporary;

    private final WatchThread watches = new WatchThread(MOST);
    private Session session;

    @BeforeEach
    void mount() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Path point = Files.createDirectories(temporary.resolve("mount"));
        for (int i = 0; i < 6; i++) {
            Files.createDirectories(backing.resolve("d" + i));
        }
        Negotiation.Wishes wishes = new Negotiation.Wishes(EnumSet.of(InitFlag.FUSE_INIT_EXT), 1 << 20, 2);
        session = Session.open(new Superblock("watch", false, Optional.empty()), wishes, 2);
        Fd root = Fd.open(backing.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
        Duration second = Duration.ofSeconds(1);
        Timeouts timeouts = new Timeouts(second, second, Duration.ZERO);
        Tree tree = new Tree(
                session,
                root,
                timeouts,
                false,
                List.of(),
                Shared.PROCESS.with(watches),
                session.negotiation().minor());
        session.serve("watch", tree::forThread, tree::close);
        session.mount().attach(point.toString());
    }

    @AfterEach
    void unmount() throws IOException {
        Mount.unmount(temporary.resolve("mount").toString(), UmountFlag.MNT_DETACH);
        session.close();
        assertThat(watches.watched()).isZero();
        assertThat(inotifyInstances()).isZero();
    }

    private static long inotifyInstances() throws IOException {
        try (var fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(fd -> isInotify(fd)).count();
        }
    }

    private static boolean isInotify(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().equals("anon_inode:inotify");
        } catch (IOException _) {
            return false;
        }
    }

    private String run(String python) throws IOException {
        return Python.run(temporary, python);
    }

    private long lookups() {
        return session.counts().getOrDefault(Opcode.LOOKUP, 0L);
    }

    /** What is not watched any more for want of room goes by the second, as do all absent names there. */
    @Test
    void noMoreThanAllowed() throws IOException {
        String look = "for i in range(6): attempt(os.stat, 'mount/d%d/n' % i)";
        run(look);
        assertThat(watches.watched()).isEqualTo(MOST);
        long before = lookups();

        run(look);

        // the root and two more are watched
        assertThat(lookups() - before).isEqualTo(4);
        assertThat(run("for i in range(6): put('backing/d%d/n' % i)\ntime.sleep(1.05)\n"
                        + "print([os.path.exists('mount/d%d/n' % i) for i in range(6)])"))
                .isEqualTo("[True, True, True, True, True, True]");
    }

    @Test
    void removedDirectoryIsNotWatched() throws IOException {
        run(
                "attempt(os.stat, 'mount/d0/n'); attempt(os.stat, 'mount/d1/n'); os.rmdir('backing/d0'); os.rmdir('mount/d1'); time.sleep(0.1); attempt(os.stat, 'mount/d0'); time.sleep(0.1)");
        assertThat(watches.watched()).isEqualTo(1);
    }

    @Test
    void busyDirectoryIsLeftAlone() throws IOException {
        run("attempt(os.stat, 'mount/d0/n')\nfor i in range(100): put('backing/d0/%d' % i)\ntime.sleep(0.1)");
        assertThat(watches.watched()).isEqualTo(1);
    }

    @Test
    void forgottenDirectoryIsNotWatched() throws IOException {
        run("attempt(os.stat, 'mount/d0/n'); time.sleep(1.05); put('/proc/sys/vm/drop_caches', b'2'); time.sleep(0.3)");
        assertThat(watches.watched()).isEqualTo(1);
    }
}
