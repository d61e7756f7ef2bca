package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.fuse.wire.Opcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A tree that nobody changes: read-only, and asked about once. */
@ExtendWith(PrivateNamespace.class)
class ImageIT {
    @TempDir
    Path temporary;

    private Mounted mounted;

    @BeforeEach
    void mount() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        for (int d = 0; d < 20; d++) {
            Path directory = Files.createDirectories(backing.resolve("d" + d + "/sub"));
            for (int f = 0; f < 20; f++) {
                Files.writeString(directory.resolve("f" + f), "content");
            }
        }
        mounted = Mounted.of(TreeOptions.image(backing), temporary);
    }

    @AfterEach
    void unmount() {
        mounted.close();
    }

    private long requests() {
        return mounted.mount().report().requests().entrySet().stream()
                .filter(e -> e.getKey() != Opcode.FORGET && e.getKey() != Opcode.BATCH_FORGET)
                .mapToLong(e -> e.getValue())
                .sum();
    }

    /** A request is counted by the thread that answers it, which another thread may see a moment after the answer. */
    private long settledRequests() {
        AtomicLong seen = new AtomicLong(-1);
        return await().pollInterval(Duration.ofMillis(50)).until(this::requests, now -> seen.getAndSet(now) == now);
    }

    private String run(String python) throws IOException {
        return Python.run(mounted.point(), python);
    }

    @Test
    void refusesEveryChange() throws IOException {
        String result = run("""
                print(attempt(put, 'new'), attempt(os.mkdir, 'd'), attempt(os.unlink, 'd0/sub/f0'), attempt(os.chmod, 'd0', 0), attempt(put, 'd0/sub/f0'), attempt(os.setxattr, 'd0', 'user.a', b''))
                """);

        assertThat(result).isEqualTo("EROFS EROFS EROFS EROFS EROFS EROFS");
        assertThat(Files.readString(mounted.backing().resolve("d0/sub/f0"))).isEqualTo("content");
    }

    @Test
    void secondFindCostsNoMessages() throws IOException {
        String find = "print(len(subprocess.check_output(['find', '.', '-size', '+0']).splitlines()))";
        assertThat(run(find)).isEqualTo("441");
        long before = settledRequests();

        assertThat(run(find)).isEqualTo("441");

        assertThat(requests() - before).isLessThanOrEqualTo(2);
    }

    @Test
    void statingOpensNothing() throws IOException {
        long before = Leftovers.descriptors();

        assertThat(run("print(sum(x.stat().st_size for d in os.scandir('.') for x in os.scandir(d.path + '/sub')))"))
                .isEqualTo("2800");

        assertThat(Leftovers.descriptors() - before).isLessThan(50);
    }

    @Test
    void absentNamesAreRemembered() throws IOException {
        run("for _ in range(100): attempt(os.stat, 'absent')");

        assertThat(mounted.mount().report().requests().get(Opcode.LOOKUP)).isLessThan(10);
    }

    @Test
    void readsNeverReachTheServer() throws IOException {
        assertThat(run("print(get('d3/sub/f7'), sum(len(get('d%d/sub/f1' % d)) for d in range(20)))"))
                .isEqualTo("b'content' 140");

        assertThat(mounted.mount().report().requests()).doesNotContainKey(Opcode.READ);
        assertThat(mounted.mount().report().dataPath().passedThrough()).isEqualTo(21);
    }

    @Test
    void twoListingsOfOneDirectoryDoNotDisturbEachOther() throws IOException {
        assertThat(run("""
                a = os.scandir('d0/sub'); b = os.scandir('d0/sub'); x, y = [], []
                while True:
                    n, m = next(a, None), next(b, None)
                    if n is None and m is None: break
                    if n: x.append(n.name)
                    if m: y.append(m.name)
                print(len(set(x)), len(x), x == y)
                """)).isEqualTo("20 20 True");
    }

    @Test
    void whatIsMountedBelowTheRootIsNotServed() throws IOException {
        try (Mounted proc = Mounted.of(
                TreeOptions.image(Path.of("/")).withName("cntr-root"),
                Files.createDirectories(temporary.resolve("2")))) {
            assertThat(Files.exists(Path.of("/proc/self"))).isTrue();
            assertThat(Files.exists(proc.point().resolve("proc/self"))).isFalse();
            assertThat(Files.exists(proc.point().resolve("bin/sh"))).isTrue();
        }
    }

    @Test
    void programsRunFromIt() throws IOException {
        try (Mounted root =
                Mounted.of(TreeOptions.image(Path.of("/")), Files.createDirectories(temporary.resolve("3")))) {
            assertThat(Python.run(
                            temporary,
                            "print(subprocess.check_output(['chroot', '" + root.point()
                                    + "', '/bin/sh', '-c', 'echo $((6*7)); ls /usr/bin/env']).decode().split())"))
                    .isEqualTo("['42', '/usr/bin/env']");
        }
    }

    private long count(Opcode opcode) {
        return mounted.mount().report().requests().getOrDefault(opcode, 0L);
    }

    @Test
    void withoutExtendedAttributesTheKernelStopsAsking() throws IOException {
        // ENODATA comes from the server, EOPNOTSUPP from the kernel
        assertThat(run("""
                import time
                tries = 0
                while attempt(os.getxattr, 'd0/sub/f0', 'user.a') == 'ENODATA' and tries < 1000: tries += 1; time.sleep(0.01)
                attempt(os.listxattr, 'd0')
                print(attempt(os.getxattr, 'd0', 'user.a'), attempt(os.listxattr, 'd0'), attempt(os.setxattr, 'd0', 'user.a', b'x'), attempt(os.removexattr, 'd0', 'user.a'))
                """)).isEqualTo("ENOTSUP ENOTSUP EROFS EROFS");
        long before = count(Opcode.GETXATTR) + count(Opcode.LISTXATTR);

        assertThat(run("print(subprocess.check_output(['ls', '-lR', '.'], stderr=subprocess.STDOUT).count(b' f'))"))
                .isEqualTo("400");

        assertThat(count(Opcode.GETXATTR) + count(Opcode.LISTXATTR)).isEqualTo(before);
    }

    @Test
    void oneExtendedAttributeAnywhereKeepsAllInSight() throws IOException {
        mounted.close();
        Files.setAttribute(mounted.backing().resolve("d19/sub/f19"), "user:note", new byte[] {'x'});
        mounted = Mounted.of(TreeOptions.image(mounted.backing()), temporary);

        assertThat(run("""
                import time
                def seen(_): time.sleep(0.01); return [os.listxattr('d19/sub/f19'), os.getxattr('d19/sub/f19', 'user.note'), attempt(os.getxattr, 'd0', 'user.note'), os.listxattr('d0')]
                print({str(seen(i)) for i in range(50)})
                """)).isEqualTo("{\"[['user.note'], b'x', 'ENODATA', []]\"}");
    }

    @Test
    void listingWithoutLookingAtFilesDoesNotStatThem() throws IOException {
        assertThat(run("print(len(subprocess.check_output(['find', '.']).splitlines()))"))
                .isEqualTo("441");

        assertThat(mounted.mount().report().nodes()).isLessThan(60);
        assertThat(count(Opcode.LOOKUP)).isLessThan(20);
    }

    /** The kernel has the attributes of directories with all of a long listing, and looks none of them up. */
    @Test
    void whoDescendsInALongListingDoesNotLookAtFiles() throws IOException {
        mounted.close();
        for (int i = 0; i < 1500; i++) {
            Files.createDirectories(mounted.backing().resolve("d0/sub/directory-" + i));
            Files.createFile(mounted.backing().resolve("d0/sub/file-" + i));
        }
        mounted = Mounted.of(TreeOptions.image(mounted.backing()), temporary);

        assertThat(run("print(len(subprocess.check_output(['find', '.']).splitlines()))"))
                .isEqualTo("3441");

        assertThat(count(Opcode.LOOKUP)).isLessThan(20);
        assertThat(mounted.mount().report().nodes()).isLessThan(1600);
    }

    @Test
    void whoLooksAtFilesHasThemWithFurtherListings() throws IOException {
        assertThat(run("print(len(subprocess.check_output(['find', '.', '-size', '+0']).splitlines()))"))
                .isEqualTo("441");

        // those of the first directory with files, and of what the path of Python and find needs
        assertThat(count(Opcode.LOOKUP)).isLessThan(60);
        assertThat(mounted.mount().report().nodes()).isGreaterThanOrEqualTo(441);
    }

    @Test
    void listingsAtTheSameTimeDoNotDisturbEachOther() throws IOException {
        assertThat(run("""
                names = sorted('f%d' % i for i in range(20))
                def whole(i): return sorted(os.listdir('d%d/sub' % (i // 20))) == names
                import concurrent.futures
                with concurrent.futures.ThreadPoolExecutor(8) as pool: print(all(pool.map(whole, range(400))))
                """)).isEqualTo("True");
    }
}
