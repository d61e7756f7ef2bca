package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.fuse.wire.Opcode;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.UmountFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The kernel goes by names and directories of a tree in use for long, and what others change is seen within a second all the same. */
@ExtendWith(PrivateNamespace.class)
class WatchedTreeIT {
    private static final String SOON = """
            def soon(wanted, f, *a):
                begun = time.time()
                while (got := attempt(f, *a)) != wanted:
                    if time.time() - begun > 1.05: return 'after a second still %s' % (got,)
                    time.sleep(0.001)
                return 'soon'
            def stays(wanted, f, *a):
                for _ in range(120):
                    if (got := attempt(f, *a)) != wanted: return 'became %s' % (got,)
                    time.sleep(0.01)
                return 'stays'
            """;

    @TempDir
    Path temporary;

    private Mounted mounted;

    @BeforeEach
    void mount() throws IOException {
        Path backing = temporary.resolve("backing");
        Files.createDirectories(backing.resolve("d/e"));
        Files.writeString(backing.resolve("d/f"), "old");
        mounted = Mounted.host(temporary);
    }

    @AfterEach
    void unmount() {
        mounted.close();
        assertThat(Leftovers.threads()).isZero();
    }

    private String run(String python) throws IOException {
        return Python.run(temporary, SOON + python);
    }

    private long requests(Opcode opcode) {
        Map<Opcode, Long> requests = mounted.mount().report().requests();
        return requests.getOrDefault(opcode, 0L);
    }

    @Test
    void namesAndAbsentOnesAreAskedForOnce() throws IOException {
        String look = "print(attempt(os.stat, 'mount/n'), attempt(os.stat, 'mount/d/n'), get('mount/d/f'))";
        run(look);
        long before = requests(Opcode.LOOKUP);

        assertThat(run("time.sleep(1.1)\n" + look)).isEqualTo("ENOENT ENOENT b'old'");
        // but for d, where something could be mounted now
        assertThat(requests(Opcode.LOOKUP)).isEqualTo(before + 1);
    }

    @Test
    void attributesOfDirectoriesAreAskedForOnce() throws IOException {
        String list = "os.listdir('mount/d'); os.stat('mount/d')";
        run(list + "; time.sleep(1.1); " + list);
        long before = requests(Opcode.GETATTR);

        run("time.sleep(1.1); " + list);

        assertThat(requests(Opcode.GETATTR)).isEqualTo(before);
    }

    @Test
    void absentNameIsSeenWhenItComes() throws IOException {
        assertThat(run("""
                out = []
                for make in (put, os.mkdir, lambda n: os.symlink('x', n), lambda n: os.link('backing/d/f', n), lambda n: os.rename('backing/d/e', n)):
                    name = 'n%d' % len(out)
                    attempt(os.lstat, 'mount/' + name); make('backing/' + name); out.append(soon(True, os.path.lexists, 'mount/' + name))
                print(out)
                """)).isEqualTo("['soon', 'soon', 'soon', 'soon', 'soon']");
    }

    @Test
    void removedRenamedAndReplacedNamesAreSeen() throws IOException {
        assertThat(run("""
                put('backing/g', b'g'); put('backing/h', b'h'); [get('mount/' + n) for n in ('d/f', 'g', 'h')]
                os.unlink('backing/d/f'); os.rename('backing/g', 'backing/i'); put('backing/new', b'new'); os.rename('backing/new', 'backing/h')
                print(soon('ENOENT', os.stat, 'mount/d/f'), soon('ENOENT', os.stat, 'mount/g'), soon(b'g', get, 'mount/i'), soon(b'new', get, 'mount/h'))
                os.rmdir('backing/d/e'); put('backing/d/e', b'file'); print(soon(b'file', get, 'mount/d/e'))
                """)).isEqualTo("soon soon soon soon\nsoon");
    }

    /** What changes in it later is seen as well. */
    @Test
    void movedDirectoryIsSeen() throws IOException {
        assertThat(run("""
                get('mount/d/f'); os.rename('backing/d', 'backing/m')
                print(soon('ENOENT', os.stat, 'mount/d'), soon(b'old', get, 'mount/m/f'), attempt(os.stat, 'mount/m/n'), end=' ')
                put('backing/m/n', b'n'); os.unlink('backing/m/f'); print(soon(b'n', get, 'mount/m/n'), soon('ENOENT', get, 'mount/m/f'))
                """)).isEqualTo("soon soon ENOENT soon soon");
    }

    @Test
    void attributesOfADirectoryAreSeen() throws IOException {
        assertThat(run("""
                os.listdir('mount/d'); time.sleep(1.1); os.stat('mount/d'); os.stat('mount/d/f')
                def now(): s = os.stat('mount/d'); return s.st_mode & 0o7777, s.st_uid, s.st_nlink, s.st_mtime_ns
                def real(): s = os.stat('backing/d'); return s.st_mode & 0o7777, s.st_uid, s.st_nlink, s.st_mtime_ns
                os.chmod('backing/d', 0o711); print(soon(real(), now), end=' ')
                os.chown('backing/d', 7, 7); print(soon(real(), now), end=' ')
                os.mkdir('backing/d/new'); print(soon(real(), now), end=' ')
                os.utime('backing/d', (5, 5)); print(soon(real(), now), end=' ')
                os.chmod('backing/d', 0o700); print(soon('EACCES', as_user, 1000, 1000, [], lambda: os.stat('mount/d/f')))
                """)).isEqualTo("soon soon soon soon soon");
    }

    @Test
    void changesInsideAreSeenInsideAtOnce() throws IOException {
        assertThat(run("""
                wrong = []
                for i in range(40):
                    n = 'mount/d/%d' % (i % 7)
                    if attempt(os.stat, n) != 'ENOENT': wrong.append((i, 'before'))
                    put(n, b'%d' % i)
                    if get(n) != b'%d' % i or get(n.replace('mount', 'backing')) != b'%d' % i: wrong.append((i, 'made'))
                    os.rename(n, n + 'r')
                    if attempt(os.stat, n) != 'ENOENT' or get(n + 'r') != b'%d' % i: wrong.append((i, 'renamed'))
                    os.unlink(n + 'r')
                    if attempt(os.stat, n + 'r') != 'ENOENT': wrong.append((i, 'removed'))
                print(wrong)
                """)).isEqualTo("[]");
    }

    @Test
    void renamedInsideThenChangedOutside() throws IOException {
        assertThat(run("""
                get('mount/d/f'); os.rename('mount/d/f', 'mount/d/e/g'); print(get('mount/d/e/g'), end=' ')
                os.unlink('backing/d/e/g'); print(soon('ENOENT', get, 'mount/d/e/g'))
                """)).isEqualTo("b'old' soon");
    }

    /** Where the change inside fails, since somebody outside was first. */
    @Test
    void madeOutsideWhileMadeInside() throws IOException {
        assertThat(run("""
                wrong = []
                for i in range(40):
                    n = 'd/r%d' % i; attempt(os.stat, 'mount/' + n)
                    if os.fork() == 0:
                        attempt(os.mkdir, 'backing/' + n); os._exit(0)
                    attempt(os.mkdir, 'mount/' + n); os.wait()
                    if (x := soon(True, os.path.isdir, 'mount/' + n)) != 'soon': wrong.append(x)
                    os.rmdir('backing/' + n)
                    if (x := soon(False, os.path.isdir, 'mount/' + n)) != 'soon': wrong.append(x)
                print(wrong)
                """)).isEqualTo("[]");
    }

    /** A busy directory is not watched for a while, and seen as well. */
    @Test
    void busyDirectoryIsSeen() throws IOException {
        assertThat(run("""
                attempt(os.stat, 'mount/d/n'); get('mount/d/f')
                for i in range(300): put('backing/d/x'); os.unlink('backing/d/x')
                time.sleep(0.02); put('backing/d/n', b'n'); os.unlink('backing/d/f')
                print(soon(b'n', get, 'mount/d/n'), soon('ENOENT', os.stat, 'mount/d/f'))
                attempt(os.stat, 'mount/d/m'); put('backing/d/m', b'm'); print(soon(b'm', get, 'mount/d/m'))
                """)).isEqualTo("soon soon\nsoon");
    }

    @Test
    void whatIsMountedInItStays() throws IOException {
        assertThat(run("""
                def is_mounted(): return os.path.ismount('mount/d/e')
                os.stat('mount/d/e'); subprocess.check_call('mount -t tmpfs none mount/d/e', shell=True)
                try:
                    put('mount/d/e/x'); os.chmod('backing/d/e', 0o700); put('backing/d/e/new'); put('backing/d/new'); os.rename('backing/d/e', 'backing/d/tmp')
                    os.rename('backing/d/tmp', 'backing/d/e'); print(stays(True, is_mounted), os.listdir('mount/d/e'))
                finally: subprocess.call('umount mount/d/e', shell=True)
                """)).isEqualTo("stays ['x']");
    }

    @Test
    void whatIsMountedOutsideIsSeen() throws IOException {
        mounted.close();
        Files.delete(mounted.point());
        try (Fd live = Fd.open(mounted.backing().toString(), OpenFlag.O_PATH)) {
            mounted = Mounted.of(TreeOptions.host(new TreeOptions.Source.Directory(live)), temporary);
            assertThat(run("get('mount/d/f'); attempt(os.stat, 'mount/d/n')\n"
                            + "subprocess.check_call('mount -t tmpfs none backing/d; touch backing/d/n', shell=True)\n"
                            + "print(soon(['n'], os.listdir, 'mount/d'), soon('ENOENT', get, 'mount/d/f'), soon(b'', get, 'mount/d/n'), end=' ')\n"
                            + "subprocess.check_call('umount -l backing/d', shell=True)\n"
                            + "print(soon(b'old', get, 'mount/d/f'), soon('ENOENT', get, 'mount/d/n'))"))
                    .isEqualTo("soon soon soon soon soon");
        }
    }

    /** Events are lost where there are more than {@code fs.inotify.max_queued_events}. */
    @Test
    void lostEventsAreMadeUpFor() throws IOException {
        mounted.close();
        try (ServerProcess server = ServerProcess.start(mounted.backing(), mounted.point(), 4096)) {
            assertThat(run("print(attempt(os.stat, 'mount/n'), get('mount/d/f'), attempt(os.listdir, 'mount/d/e'))"))
                    .isEqualTo("ENOENT b'old' []");
            server.signal("STOP");
            run("""
                    for i in range(int(get('/proc/sys/fs/inotify/max_queued_events')) // 2 + 100): put('backing/d/e/x'); os.unlink('backing/d/e/x')
                    put('backing/n', b'n'); os.unlink('backing/d/f')
                    """);
            server.signal("CONT");

            assertThat(run("print(soon(b'n', get, 'mount/n'), soon('ENOENT', os.stat, 'mount/d/f'))"))
                    .isEqualTo("soon soon");
            Mount.unmount(mounted.point().toString(), UmountFlag.MNT_DETACH);
        }
        Files.delete(mounted.point());
        mount();
    }
}
