package dev.cntr.fuse.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.fuse.PrivateNamespace;
import dev.cntr.fuse.Python;
import dev.cntr.fuse.session.Negotiation;
import dev.cntr.fuse.session.Session;
import dev.cntr.fuse.session.Superblock;
import dev.cntr.fuse.wire.InitFlag;
import dev.cntr.fuse.wire.NotifyPruneOut;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tree of many files is served with few nodes, by what the kernel knows since Linux 6.18, and by what it knew before. */
@ExtendWith(PrivateNamespace.class)
class PruningIT {
    private static final int FEW = 300;

    /** Room for what is looked up before the thread that asks the kernel has its turn. */
    private static final int MORE = 1000;

    private static final int BEFORE = NotifyPruneOut.MINOR - 1;

    @TempDir
    Path temporary;

    private NodeBudget budget = new NodeBudget(MORE);
    private @Nullable Session session;

    private Path mount(int minor) throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Path point = Files.createDirectories(temporary.resolve("mount"));
        Python.run(backing, """
                os.makedirs('etc'); put('etc/resolv.conf', b'tools')
                for d in range(10):
                    os.makedirs('usr/lib/d%d' % d)
                    for i in range(300): put('usr/lib/d%d/f%d' % (d, i), b'%d' % (d * i))
                """);
        Negotiation.Wishes wishes = new Negotiation.Wishes(
                EnumSet.of(InitFlag.FUSE_INIT_EXT, InitFlag.FUSE_PASSTHROUGH, InitFlag.FUSE_PARALLEL_DIROPS),
                1 << 20,
                2);
        Session opened = Session.open(new Superblock("prune", false, Optional.empty()), wishes, 2);
        session = opened;
        assumeThat(opened.negotiation().minor()).isGreaterThanOrEqualTo(minor);
        Fd root = Fd.open(backing.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
        Duration minute = Duration.ofMinutes(1);
        Timeouts timeouts = new Timeouts(minute, minute, minute);
        Tree tree = new Tree(opened, root, timeouts, false, List.of(), Shared.PROCESS.with(budget), minor);
        opened.serve("prune", tree::forThread, tree::close);
        opened.mount().attach(point.toString());
        return point;
    }

    @AfterEach
    void unmount() {
        if (session != null) {
            Mount.unmount(temporary.resolve("mount").toString(), UmountFlag.MNT_DETACH);
            session.close();
        }
        assertThat(budget.given()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {NotifyPruneOut.MINOR, BEFORE})
    void whatNobodyUsesIsForgottenAndFoundAgain(int minor) throws IOException {
        Path point = mount(minor);

        assertThat(Python.run(point, """
                files = [(d, i) for d in range(10) for i in range(300)]
                for d, i in files: os.stat('usr/lib/d%d/f%d' % (d, i)); time.sleep(0.0002)
                right = 0
                for d, i in files: right += get('usr/lib/d%d/f%d' % (d, i)) == b'%d' % (d * i); time.sleep(0.0002)
                print(right)
                """)).isEqualTo("3000");
        await().untilAsserted(() -> assertThat(budget.given()).isLessThanOrEqualTo(MORE));
    }

    @ParameterizedTest
    @ValueSource(ints = {NotifyPruneOut.MINOR, BEFORE})
    void whatIsInUseStays(int minor) throws IOException {
        Path point = mount(minor);

        assertThat(Python.run(point, """
                put('/tmp/over', b'target'); subprocess.check_call(['mount', '--bind', '/tmp/over', 'etc/resolv.conf']); os.unlink('/tmp/over')
                held = os.open('usr/lib/d0/f7', os.O_RDONLY); there = os.getcwd() + '/usr/lib/d0/f7'; os.chdir('usr/lib/d3')
                for _ in range(2):
                    for d in range(10):
                        for i in range(300): os.stat('../d%d/f%d' % (d, i)); time.sleep(0.0002)
                print(os.pread(held, 9, 0), os.readlink('/proc/self/fd/%d' % held) == there, get('f2'), get('../../../etc/resolv.conf'), os.getcwd().endswith('usr/lib/d3'))
                subprocess.check_call(['umount', '../../../etc/resolv.conf'])
                """)).isEqualTo("b'0' True b'6' b'target' True");
    }

    @ParameterizedTest
    @ValueSource(ints = {NotifyPruneOut.MINOR, BEFORE})
    void whereAllIsInUseNoMoreIsGiven(int minor) throws IOException {
        budget = new NodeBudget(FEW);
        Path point = mount(minor);

        assertThat(Python.run(point, """
                opened = []
                def several():
                    for d in range(10):
                        for i in range(300): opened.append(os.open('usr/lib/d%d/f%d' % (d, i), os.O_RDONLY))
                failed = attempt(several)
                print(failed, 350 < len(opened) < 460, os.pread(opened[77], 9, 0), len(os.listdir('usr/lib/d0')))
                for fd in opened: os.close(fd)
                print(next(True for _ in range(500) if attempt(os.stat, 'usr/lib/d9/f7') != 'ENOMEM' or time.sleep(0.02)))
                """)).isEqualTo("ENOMEM True b'0' 300\nTrue");
    }
}
