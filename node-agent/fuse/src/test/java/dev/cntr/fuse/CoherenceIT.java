package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.fuse.wire.Opcode;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What is changed outside is seen inside within the second that the kernel goes by what it knows. */
@ParameterizedClass
@ValueSource(ints = {2, 3})
@ExtendWith(PrivateNamespace.class)
class CoherenceIT {
    private static final String NEXT_SECOND = "time.sleep(1.05); ";

    private final int maxStackDepth;

    @TempDir
    Path temporary;

    private Mounted mounted;

    CoherenceIT(int maxStackDepth) {
        this.maxStackDepth = maxStackDepth;
    }

    @BeforeEach
    void mount() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Files.writeString(backing.resolve("f"), "old");
        mounted = Mounted.of(TreeOptions.host(backing).withMaxStackDepth(maxStackDepth), temporary);
    }

    @AfterEach
    void unmount() {
        mounted.close();
    }

    private String run(String python) throws IOException {
        return Python.run(temporary, python);
    }

    @Test
    void changedContentIsRead() throws IOException {
        assertThat(run("m = open('mount/f', 'rb'); m.read(); put('backing/f', b'newer'); " + NEXT_SECOND
                        + "m.seek(0); print(m.read(), get('mount/f'), os.stat('mount/f').st_size)"))
                .isEqualTo("b'newer' b'newer' 5");
    }

    @Test
    void replacedFileIsRead() throws IOException {
        assertThat(run("get('mount/f'); put('backing/g', b'newer'); os.rename('backing/g', 'backing/f'); " + NEXT_SECOND
                        + "print(get('mount/f'), attempt(get, 'mount/g'))"))
                .isEqualTo("b'newer' ENOENT");
    }

    /** Within the second the kernel opens what it knows, which is no longer there: it has to look again, not to fail. */
    @Test
    void replacedFileCanBeOpenedAtOnce() throws IOException {
        assertThat(run("os.stat('mount/f'); put('backing/g', b'newer'); os.rename('backing/g', 'backing/f'); "
                        + "print(get('mount/f'))"))
                .isEqualTo("b'newer'");
    }

    @Test
    void newRemovedAndMovedNamesAreSeen() throws IOException {
        assertThat(run("attempt(os.stat, 'mount/n'); os.makedirs('backing/d/e'); put('backing/n', b'n'); "
                        + NEXT_SECOND
                        + "print(get('mount/n'), os.listdir('mount/d'), end=' '); os.unlink('backing/n'); "
                        + "os.rename('backing/d', 'backing/x'); " + NEXT_SECOND
                        + "print(attempt(os.stat, 'mount/n'), os.listdir('mount/x'), attempt(os.listdir, 'mount/d'))"))
                .isEqualTo("b'n' ['e'] ENOENT ['e'] ENOENT");
    }

    /** Also of one that came in the same moment as the listing that the kernel has kept. */
    @Test
    void aListingThatIsKeptIsNotKeptForLong() throws IOException {
        assertThat(run("""
                os.mkdir('backing/d'); wrong = []
                for i in range(40): os.mkdir('backing/d/%d' % i)
                for i in range(40):
                    put('backing/d/%d/a' % i); os.listdir('mount/d/%d' % i); put('backing/d/%d/b' % i)
                    os.listdir('mount/d/%d' % i); os.rename('backing/d/%d/a' % i, 'backing/d/%d/c' % i)
                time.sleep(1.05)
                print([i for i in range(40) if sorted(os.listdir('mount/d/%d' % i)) != ['b', 'c']])
                """)).isEqualTo("[]");
    }

    @Test
    void aListingIsKeptWhereNothingHasChanged() throws IOException {
        run("for i in range(20): os.makedirs('backing/d/%d/e' % i)");
        String list = "print(len(subprocess.check_output(['find', 'mount/d']).splitlines()))";
        assertThat(run(list)).isEqualTo("41");
        long before = listings();

        assertThat(run("time.sleep(1.05); " + list)).isEqualTo("41");
        assertThat(listings() - before).isLessThan(10);

        assertThat(run("put('mount/d/7/e/new'); " + list)).isEqualTo("42");
    }

    /** Some file systems do not tell changes by times: processes come and go in a directory of proc whose time stays. */
    @Test
    void aListingIsNotKeptWhereNoTimeTellsOfChanges() throws IOException {
        try (Fd backing = Fd.open(mounted.backing().toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
                Mounted all = Mounted.of(
                        TreeOptions.host(new TreeOptions.Source.Directory(backing))
                                .withMaxStackDepth(maxStackDepth),
                        Files.createDirectory(temporary.resolve("all")))) {
            assertThat(run("""
                    for kind in ('proc', 'ramfs'): os.mkdir('backing/' + kind); subprocess.check_call(['mount', '-t', kind, kind, 'backing/' + kind])
                    wrong = []
                    for i in range(10):
                        put('backing/ramfs/%d' % i); len(os.listdir('all/mount/ramfs')) == i + 1 or wrong.append(i)
                        child = subprocess.Popen(['sleep', '9']); str(child.pid) in os.listdir('all/mount/proc') or wrong.append(child.pid)
                        child.kill(); child.wait(); str(child.pid) in os.listdir('all/mount/proc') and wrong.append(-child.pid)
                    for kind in ('proc', 'ramfs'): subprocess.check_call(['umount', '-l', 'backing/' + kind])
                    print(wrong)
                    """)).isEqualTo("[]");
            assertThat(requests(all, Opcode.OPENDIR)).isEqualTo(1);
        }
    }

    private long listings() {
        return requests(mounted, Opcode.READDIR) + requests(mounted, Opcode.READDIRPLUS);
    }

    private static long requests(Mounted mounted, Opcode opcode) {
        return mounted.mount().report().requests().getOrDefault(opcode, 0L);
    }

    @Test
    void directoryThatBecameAFile() throws IOException {
        assertThat(run("os.mkdir('backing/x'); put('backing/x/y'); os.stat('mount/x/y'); os.unlink('backing/x/y'); "
                        + "os.rmdir('backing/x'); put('backing/x', b'file'); " + NEXT_SECOND
                        + "print(get('mount/x'), attempt(os.stat, 'mount/x/y'))"))
                .isEqualTo("b'file' ENOTDIR");
    }

    @Test
    void changeInsideIsSeenOutsideAtOnce() throws IOException {
        assertThat(run("f = open('mount/f', 'r+b', 0); f.write(b'inside'); print(get('backing/f'))"))
                .isEqualTo("b'inside'");
    }
}
