package dev.cntr.fuse.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.fuse.PrivateNamespace;
import dev.cntr.fuse.Python;
import dev.cntr.fuse.session.Negotiation;
import dev.cntr.fuse.session.Session;
import dev.cntr.fuse.session.Superblock;
import dev.cntr.fuse.wire.InitFlag;
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

/** A tree of many files works with few descriptors. */
@ExtendWith(PrivateNamespace.class)
class EvictionIT {
    private static final int BUDGET = 64;

    @TempDir
    Path temporary;

    private final FdBudget budget = new FdBudget(BUDGET);
    private Session session;
    private Path point;

    @BeforeEach
    void mount() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        point = Files.createDirectories(temporary.resolve("mount"));
        Negotiation.Wishes wishes = new Negotiation.Wishes(
                EnumSet.of(InitFlag.FUSE_INIT_EXT, InitFlag.FUSE_PASSTHROUGH, InitFlag.FUSE_PARALLEL_DIROPS),
                1 << 20,
                2);
        session = Session.open(new Superblock("evict", false, Optional.empty()), wishes, 4);
        Fd root = Fd.open(backing.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
        Duration minute = Duration.ofMinutes(1);
        Tree tree = new Tree(
                session,
                root,
                new Timeouts(minute, minute, Duration.ZERO),
                false,
                List.of(),
                Shared.PROCESS.with(budget),
                session.negotiation().minor());
        session.serve("evict", tree::forThread, tree::close);
        session.mount().attach(point.toString());
    }

    @AfterEach
    void unmount() {
        Mount.unmount(point.toString(), UmountFlag.MNT_DETACH);
        session.close();
        assertThat(budget.used()).isZero();
    }

    @Test
    void manyFilesWithFewDescriptors() throws IOException {
        assertThat(Python.run(point, """
                for d in range(10):
                    os.mkdir('d%d' % d)
                    for i in range(100): put('d%d/f%d' % (d, i), b'%d' % (d * i))
                ok = all(get('d%d/f%d' % (d, i)) == b'%d' % (d * i) for _ in range(3) for i in range(100) for d in range(10))
                for d in range(10):
                    for i in range(100): os.chmod('d%d/f%d' % (d, i), 0o600)
                print(ok, {oct(os.stat('d%d/f%d' % (d, i)).st_mode) for i in range(100) for d in range(10)})
                """)).isEqualTo("True {'0o100600'}");
        assertThat(budget.used()).isLessThanOrEqualTo(BUDGET + 4);
    }

    @Test
    void openAndRenamedAndRemovedFilesAreFoundAgain() throws IOException {
        assertThat(Python.run(point, """
                os.makedirs('a/b/c'); put('a/b/c/x', b'x'); put('gone', b'g'); gone = os.open('gone', os.O_RDWR); inside = os.open('a/b/c', os.O_RDONLY)
                os.unlink('gone'); os.rename('a/b', 'moved'); os.link('moved/c/x', 'y'); os.unlink('moved/c/x')
                for i in range(300): put('f%d' % i, b'%d' % i); os.chmod('f%d' % i, 0o600)
                os.fchmod(gone, 0o640); print(os.pread(gone, 9, 0), oct(os.fstat(gone).st_mode), os.listdir(inside), get('y'), os.listdir('moved/c'))
                """)).isEqualTo("b'g' 0o100640 [] b'x' []");
    }

    @Test
    void parallelUseWhileDescriptorsComeAndGo() throws IOException {
        assertThat(Python.run(point, """
                for i in range(400): put('f%d' % i, b'%d' % i)
                for p in range(4):
                    if os.fork() == 0:
                        import random; r = random.Random(p)
                        for _ in range(3000):
                            i = r.randrange(400); os.chmod('f%d' % i, 0o644)
                            if get('f%d' % i) != b'%d' % i: os._exit(1)
                        os._exit(0)
                print([os.wait()[1] for _ in range(4)])
                """)).isEqualTo("[0, 0, 0, 0]");
    }
}
