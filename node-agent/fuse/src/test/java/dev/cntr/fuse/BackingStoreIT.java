package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.FileSystemContext;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.UmountFlag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A backing store in trouble is an errno, and never holds up what it is not asked for. */
@ExtendWith(PrivateNamespace.class)
class BackingStoreIT {
    /** At half a second each they would be noticed too late for the test. */
    private static final int HANGING = 30;

    @TempDir
    Path temporary;

    private static Process start(String command, Path directory) throws IOException {
        return new ProcessBuilder("sh", "-c", command)
                .directory(directory.toFile())
                .start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** Many more requests hang than there are threads: the store is another FUSE file system, whose server stands still. */
    @Test
    void aStoreThatHangsHoldsUpOnlyWhoAsksForIt() throws Exception {
        Path inner = Files.createDirectories(temporary.resolve("inner"));
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Path hanging = Files.createDirectories(backing.resolve("hanging"));
        Files.writeString(backing.resolve("fine"), "fine");
        for (int i = 0; i < HANGING; i++) {
            Files.writeString(inner.resolve("f" + i), "late");
        }
        List<Process> waiting = new ArrayList<>();
        try (ServerProcess store = ServerProcess.start(inner, hanging, 4096);
                Fd root = Fd.open(backing.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
                Mounted mounted = Mounted.of(
                        TreeOptions.host(new TreeOptions.Source.Directory(root)).withThreads(2), temporary)) {
            assertThat(mounted.point().resolve("hanging")).isDirectory();
            store.signal("STOP");
            try {
                for (int i = 0; i < HANGING; i++) {
                    waiting.add(start("cat hanging/f" + i, mounted.point()));
                }
                Process other = start("sleep 1; cat fine", mounted.point());
                assertThat(other.waitFor(10, TimeUnit.SECONDS))
                        .as("it is answered")
                        .isTrue();
                assertThat(output(other)).isEqualTo("fine");
                assertThat(waiting).allMatch(Process::isAlive);
            } finally {
                store.signal("CONT");
            }
            for (Process process : waiting) {
                assertThat(output(process)).isEqualTo("late");
            }
        } finally {
            waiting.forEach(Process::destroyForcibly);
            Mount.unmount(hanging.toString(), UmountFlag.MNT_DETACH);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> Leftovers.threads() == 0);
    }

    @Test
    void aFullStoreIsAnError() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        try (FileSystemContext tmpfs = FileSystemContext.open("tmpfs");
                Mount small = tmpfs.set("size", "256k").set("nr_inodes", "20").mount()) {
            small.attach(backing.toString());
        }
        try (Mounted mounted = Mounted.host(temporary)) {
            assertThat(Python.run(mounted.point(), """
                    print(attempt(put, 'big', bytes(1 << 20)), os.stat('big').st_size <= 256 << 10, end=' '); os.unlink('big'); n = 0
                    while attempt(put, 'f%d' % n) is None: n += 1
                    print(attempt(put, 'g'), attempt(os.mkdir, 'd'), attempt(os.symlink, 'x', 'l'), n < 20, end=' ')
                    os.unlink('f0'); until = time.monotonic() + 5
                    while attempt(put, 'f0', b'again') == 'ENOSPC' and time.monotonic() < until: time.sleep(0.01)
                    print(get('f0'))
                    """)).isEqualTo("ENOSPC True ENOSPC ENOSPC ENOSPC True b'again'");
        } finally {
            Mount.unmount(backing.toString(), UmountFlag.MNT_DETACH);
        }
    }

    /** A server that may open no more files says so, and goes on when it may. */
    @Test
    void noDescriptorsAreAnError() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Path point = Files.createDirectories(temporary.resolve("mount"));
        Files.writeString(backing.resolve("kept"), "kept");
        try (ServerProcess server = ServerProcess.start(backing, point, 256)) {
            assertThat(Python.run(point, """
                    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096)); fds = []; e = None
                    os.chmod('.', 0o755)
                    for i in range(600):
                        e = attempt(os.open, 'f%d' % i, os.O_CREAT | os.O_RDWR)
                        if isinstance(e, str): break
                        os.fchmod(e, 0o4755); fds.append(e)
                        e = attempt(os.open, 'f%d' % i, os.O_WRONLY)
                        if isinstance(e, str): break
                        fds.append(e)
                    print(e)
                    for fd in fds: os.close(fd)
                    print(get('kept')); put('new', b'n'); print(get('new'))
                    """)).isEqualTo("EMFILE\nb'kept'\nb'n'");
            Mount.unmount(point.toString());
        }
    }
}
