package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A lock is the same lock for who uses the backing file and for who uses the mount. Each test runs three times: natively, with one side inside, and
 * with the other side inside; {@code mine} and {@code theirs} are the two paths of the file.
 */
@ParameterizedClass
@CsvSource({"2, 1", "2, 4", "3, 2"})
@ExtendWith(PrivateNamespace.class)
class LocksIT {
    /** What both sides need: their locks, and a process that waits. */
    private static final String PRELUDE = """
            F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW = 36, 37, 38
            EX, SH, UN, NB = fcntl.LOCK_EX, fcntl.LOCK_SH, fcntl.LOCK_UN, fcntl.LOCK_NB
            def lock_of(kind, start, length): return struct.pack('hhqqi4x', kind, 0, start, length, 0)
            def ofd(fd, kind, start=0, length=0, command=F_OFD_SETLK): return attempt(fcntl.fcntl, fd, command, lock_of(kind, start, length))
            def flock(fd, how): return attempt(fcntl.flock, fd, how)
            def posix(fd, how, length=0, start=0): return attempt(fcntl.lockf, fd, how, length, start)
            def opened(path, how=os.O_RDWR): return os.open(path, how | os.O_CLOEXEC)
            def elsewhere(f):
                r, w = os.pipe(); pid = os.fork()
                if pid == 0:
                    os.write(w, repr(f()).encode()); os._exit(0)
                os.close(w); out = os.read(r, 999); os.close(r); os.waitpid(pid, 0); return eval(out)
            def asleep(pid):
                end = time.time() + 10
                while time.time() < end and open('/proc/%d/stat' % pid).read().split(')')[1].split()[0] not in 'SD': time.sleep(0.01)
                time.sleep(0.1)
            class Waiter:
                def __init__(self, f):
                    self.r, w = os.pipe(); self.pid = os.fork()
                    if self.pid == 0:
                        os.write(w, b'.'); os.write(w, repr(f()).encode()); time.sleep(60); os._exit(0)
                    os.close(w); os.read(self.r, 1); asleep(self.pid)
                def has_answered(self):
                    import select; return bool(select.select([self.r], [], [], 0)[0])
                def answer(self): return eval(os.read(self.r, 99))
                def kill(self): os.kill(self.pid, 9); os.waitpid(self.pid, 0)
            """;

    private final int maxStackDepth;
    private final int threads;

    @TempDir
    Path temporary;

    private Mounted mounted;

    LocksIT(int maxStackDepth, int threads) {
        this.maxStackDepth = maxStackDepth;
        this.threads = threads;
    }

    @BeforeEach
    void mount() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Files.writeString(backing.resolve("f"), "0123456789");
        mounted = Mounted.of(
                TreeOptions.host(backing).withMaxStackDepth(maxStackDepth).withThreads(threads), temporary);
    }

    @AfterEach
    void unmount() {
        mounted.close();
    }

    private void expect(String expectation, String python) throws IOException {
        String[][] ways = {{"backing", "backing"}, {"backing", "mount"}, {"mount", "backing"}, {"mount", "mount"}};
        for (String[] way : ways) {
            String paths = "mine, theirs = '" + way[0] + "/f', '" + way[1] + "/f'\n";
            assertThat(Python.run(temporary, PRELUDE + paths + python))
                    .as(way[0] + " and " + way[1])
                    .isEqualTo(expectation);
        }
    }

    @Test
    void flockExcludes() throws IOException {
        expect("None EAGAIN None EAGAIN None None", """
                a = opened(mine); b = opened(theirs)
                print(flock(a, EX), flock(b, SH | NB), flock(a, SH), flock(b, EX | NB), flock(b, SH | NB), flock(b, UN))
                """);
    }

    @Test
    void flockGoesWithTheLastDescriptorOfTheOpenFile() throws IOException {
        expect("None EAGAIN None", """
                a = opened(mine, os.O_RDONLY); copy = os.dup(a); b = opened(theirs); first = flock(a, EX); os.close(a)
                second = flock(b, EX | NB); os.close(copy); time.sleep(0.1); print(first, second, flock(b, EX | NB))
                """);
    }

    /** Through the mount nothing may pass between a close and who comes after it. */
    @Test
    void flockIsFreeAsSoonAsItIsClosedInside() throws IOException {
        assertThat(Python.run(temporary, PRELUDE + """
                    failed = 0
                    for i in range(300):
                        a = opened('mount/f'); failed += flock(a, EX | NB) is not None; os.close(a)
                    print(failed, subprocess.call('for i in $(seq 30); do flock -n mount/f true || exit 1; done', shell=True))
                    """)).isEqualTo("0 0");
    }

    @Test
    void recordLocksExcludeByRange() throws IOException {
        expect("None EAGAIN None EAGAIN None None EAGAIN", """
                a = opened(mine); b = opened(theirs)
                print(posix(a, EX | NB, 4, 2), elsewhere(lambda: posix(b, EX | NB, 1, 5)), elsewhere(lambda: posix(b, EX | NB, 1, 6)),
                      elsewhere(lambda: posix(opened(theirs, os.O_RDONLY), SH | NB)), posix(a, SH | NB, 4, 2),
                      elsewhere(lambda: posix(opened(theirs, os.O_RDONLY), SH | NB)), elsewhere(lambda: posix(b, EX | NB)))
                """);
    }

    @Test
    void recordLocksOfOneProcessDoNotExcludeEachOther() throws IOException {
        expect("None None EAGAIN", """
                a = opened(mine); b = opened(mine); c = opened(theirs)
                print(posix(a, EX | NB), posix(b, EX | NB), elsewhere(lambda: posix(c, SH | NB)))
                """);
    }

    @Test
    void anyCloseOfTheProcessEndsItsRecordLocks() throws IOException {
        expect("None EAGAIN None", """
                a = opened(mine); other = opened(mine, os.O_RDONLY); b = opened(theirs); first = posix(a, EX)
                second = elsewhere(lambda: posix(b, EX | NB)); os.close(other); print(first, second, elsewhere(lambda: posix(b, EX | NB)))
                """);
    }

    @Test
    void closingOfAChildEndsNoLocks() throws IOException {
        expect("None None EAGAIN EAGAIN", """
                a = opened(mine); b = opened(theirs); first = posix(a, EX); second = flock(a, EX); elsewhere(lambda: os.close(a))
                print(first, second, elsewhere(lambda: posix(b, EX | NB)), flock(b, EX | NB))
                """);
    }

    @Test
    void locksOfOpenFilesAreTheirs() throws IOException {
        expect("True EAGAIN EAGAIN True True", """
                a = opened(mine); b = opened(theirs); c = opened(mine)
                first = ofd(a, fcntl.F_WRLCK); second = ofd(b, fcntl.F_RDLCK); third = ofd(c, fcntl.F_RDLCK); os.close(a); time.sleep(0.1)
                print(type(first) is bytes, second, third, type(ofd(b, fcntl.F_RDLCK)) is bytes, type(ofd(c, fcntl.F_RDLCK)) is bytes)
                """);
    }

    @Test
    void tellsWhoIsInTheWay() throws IOException {
        expect("1 3 4 True 2", """
                a = opened(mine); b = opened(theirs); posix(a, EX, 4, 3)
                kind, _, start, length, pid = elsewhere(lambda: struct.unpack('hhqqi4x', fcntl.fcntl(b, fcntl.F_GETLK, lock_of(fcntl.F_WRLCK, 0, 0))))
                free = elsewhere(lambda: struct.unpack('hhqqi4x', fcntl.fcntl(b, fcntl.F_GETLK, lock_of(fcntl.F_WRLCK, 0, 3))))
                print(kind, start, length, pid in (os.getpid(), -1), free[0])
                """);
    }

    @Test
    void waitsUntilItIsFree() throws IOException {
        expect("False None False None", """
                a = opened(mine); posix(a, EX); w = Waiter(lambda: posix(opened(theirs), EX))
                before = w.has_answered(); posix(a, UN); after = w.answer(); w.kill()
                flock(a, EX); w = Waiter(lambda: flock(opened(theirs), SH)); print(before, after, w.has_answered(), end=' ')
                flock(a, UN); print(w.answer()); w.kill()
                """);
    }

    @Test
    void aSignalEndsTheWait() throws IOException {
        expect("'EINTR' None 'EINTR' None", """
                def interrupted(f):
                    def alarm(*_): raise OSError(errno.EINTR, 'alarm')
                    signal.signal(signal.SIGALRM, alarm); signal.setitimer(signal.ITIMER_REAL, 0.2); return attempt(f)
                a = opened(mine); b = opened(theirs); posix(a, EX); flock(a, EX)
                print(repr(elsewhere(lambda: interrupted(lambda: fcntl.lockf(b, EX)))), end=' '); posix(a, UN)
                print(elsewhere(lambda: posix(b, EX | NB)), end=' ')
                print(repr(elsewhere(lambda: interrupted(lambda: fcntl.flock(b, EX)))), end=' '); flock(a, UN); print(flock(b, EX | NB))
                """);
    }

    @Test
    void whoIsKilledWhileItWaitsLeavesNothing() throws IOException {
        expect("True None None", """
                a = opened(mine); posix(a, EX); flock(a, EX); waiters = [Waiter(lambda: posix(opened(theirs), EX)) for _ in range(3)]
                waiters += [Waiter(lambda: flock(opened(theirs), EX)) for _ in range(3)]; start = time.time()
                for w in waiters: w.kill()
                quick = time.time() - start < 5; posix(a, UN); flock(a, UN); time.sleep(0.1); c = opened(mine)
                print(quick, elsewhere(lambda: posix(c, EX | NB)), flock(c, EX | NB))
                """);
    }

    @Test
    void whoIsKilledLosesItsLocks() throws IOException {
        expect("EAGAIN EAGAIN None None", """
                def hold(): fd = opened(mine); return [posix(fd, EX), flock(fd, EX)]
                w = Waiter(hold); w.answer(); b = opened(theirs); print(posix(b, EX | NB), flock(b, EX | NB), end=' '); w.kill(); time.sleep(0.1)
                print(posix(b, EX | NB), flock(b, EX | NB))
                """);
    }

    @Test
    void whoWaitsWhenTheMountGoesGetsAnErrorAndLeavesNoThread() throws IOException {
        assertThat(Python.run(temporary, PRELUDE + """
                a = opened('mount/f'); flock(a, EX); print(flock(opened('backing/f'), EX | NB))
                """)).isEqualTo("EAGAIN");
        Thread waiter = Thread.ofPlatform().start(() -> {
            try {
                Python.run(
                        temporary,
                        PRELUDE
                                + "a = opened('backing/f'); flock(a, EX); w = Waiter(lambda: flock(opened('mount/f'), EX)); "
                                + "put('ready'); print(w.answer()); w.kill()");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        while (!Files.exists(temporary.resolve("ready"))) {
            pause();
        }
        assertThat(lockThreads()).isEqualTo(1);
        mounted.mount().close();
        join(waiter);

        assertThat(waiter.isAlive()).isFalse();
        assertThat(lockThreads()).isZero();
    }

    private static long lockThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("fuse-lock-"))
                .count();
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(20_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
