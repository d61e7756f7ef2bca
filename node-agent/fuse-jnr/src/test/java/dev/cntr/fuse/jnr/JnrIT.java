package dev.cntr.fuse.jnr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.fuse.ServedTree;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountNamespace;
import dev.cntr.linux.mount.UmountFlag;
import dev.cntr.linux.mount.WritableLayer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What libfuse and jnr-fuse can do of section C of the acceptance, and, so that the limits told are the real ones, what not. */
class JnrIT {
    private static final String PRELUDE = """
            import os, errno, fcntl, mmap, socket, stat, struct, subprocess, time, ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            def attempt(f, *a, **k):
                try: return f(*a, **k)
                except OSError as e: return errno.errorcode[e.errno]
            def put(name, data=b'', mode='wb'):
                with open(name, mode) as f: f.write(data)
            def get(name):
                with open(name, 'rb') as f: return f.read()
            def as_user(uid, gid, f):
                r, w = os.pipe()
                if os.fork() == 0:
                    os.setgroups([]); os.setresgid(gid, gid, gid); os.setresuid(uid, uid, uid); os.write(w, repr(attempt(f)).encode()); os._exit(0)
                os.close(w); os.wait(); out = os.read(r, 65536).decode(); os.close(r); return eval(out)
            os.umask(0o022)
            """;

    @TempDir
    Path temporary;

    private Path backing;
    private Path point;

    @BeforeEach
    void directories() throws IOException {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        backing = Files.createDirectories(temporary.resolve("backing"));
        point = Files.createDirectories(temporary.resolve("mount"));
    }

    private interface Use {
        void of(ServedTree tree) throws Exception;
    }

    /** With the tree mounted, in a namespace that ends with the test. */
    private void with(TreeOptions options, Use use) {
        MountNamespace.callInNew(() -> {
            try (ServedTree tree = TreeProvider.named("jnr").serve(options)) {
                try (Fd clone = tree.cloneMount()) {
                    Mount.of(clone).attach(point.toString());
                }
                use.of(tree);
                Mount.unmount(point.toString(), UmountFlag.MNT_DETACH);
            }
            return 0;
        });
    }

    private static String run(Path directory, String python) throws IOException {
        Process process = new ProcessBuilder("timeout", "60", "python3", "-c", PRELUDE + python)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** Natively and through the mount, in fresh directories, a program prints the same. */
    private void same(String expectation, String python) {
        with(TreeOptions.host(backing), tree -> {
            for (String name : List.of("native", "served")) {
                Files.createDirectories(backing.resolve(name));
                Files.setPosixFilePermissions(backing.resolve(name), PosixFilePermissions.fromString("rwxrwxrwx"));
            }
            assertThat(run(backing.resolve("native"), python)).as("natively").isEqualTo(expectation);
            assertThat(run(point.resolve("served"), python))
                    .as("through the mount")
                    .isEqualTo(expectation);
        });
    }

    @Test
    void filesAreMadeWrittenAndRead() {
        same("EEXIST b'abab' 3 b'abc\\x00\\x00' 0 b'mapped'", """
                fd = os.open('a', os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600); print(attempt(os.open, 'a', os.O_CREAT | os.O_EXCL), end=' ')
                a = os.open('f', os.O_CREAT | os.O_APPEND | os.O_WRONLY); b = os.open('f', os.O_APPEND | os.O_WRONLY)
                for _ in range(2): os.write(a, b'a'); os.write(b, b'b')
                print(get('f'), end=' '); put('f', b'hello'); fd = os.open('f', os.O_RDWR | os.O_TRUNC); os.write(fd, b'abcd'); os.truncate('f', 3)
                print(os.fstat(fd).st_size, end=' '); os.ftruncate(fd, 5); print(get('f'), end=' '); os.ftruncate(fd, 0); print(os.stat('f').st_size, end=' ')
                put('m', bytes(4096)); fd = os.open('m', os.O_RDWR); m = mmap.mmap(fd, 4096); m[0:6] = b'mapped'; m.flush(); print(get('m')[:6])
                """);
    }

    @Test
    void namesAreMadeMovedAndRemoved() {
        same("['b', 'd', 'l', 'p'] 2 True target/of 9 ELOOP ENOTEMPTY b'new' ['b', 'd2', 'l', 'p']", """
                put('a', b'1'); os.link('a', 'b'); os.mkdir('d'); put('d/x'); os.symlink('target/of', 'l'); os.mkfifo('p'); os.rename('a', 'd/a')
                print(sorted(os.listdir('.')), os.stat('b').st_nlink, os.stat('b').st_ino == os.stat('d/a').st_ino, os.readlink('l'), os.lstat('l').st_size, end=' ')
                os.symlink('loop', 'loop'); print(attempt(os.stat, 'loop'), attempt(os.rmdir, 'd'), end=' '); os.unlink('loop')
                put('n', b'new'); os.rename('n', 'b'); os.rename('d', 'd2'); print(get('b'), sorted(os.listdir('.')))
                """);
    }

    @Test
    void ownersModesAndTimes() {
        same(
                "[(1000, 2000, 33188), (1000, 2000, 16877), (1000, 2000, 41471)] EACCES EPERM (1000, 3000, 17901) 1000000001 2000000002 b's' b'\\xc3\\xa4'",
                """
                def make(): put('f'); os.mkdir('d'); os.symlink('x', 'l'); return [(s.st_uid, s.st_gid, s.st_mode) for s in map(os.lstat, 'fdl')]
                print(as_user(1000, 2000, make), end=' '); put('s', b's'); os.chmod('s', 0o600)
                print(as_user(1000, 1000, lambda: get('s')), as_user(1000, 1000, lambda: os.chmod('s', 0)), end=' ')
                os.mkdir('g'); os.chown('g', 0, 3000); os.chmod('g', 0o2777); as_user(1000, 1000, lambda: os.mkdir('g/d')); s = os.stat('g/d'); print((s.st_uid, s.st_gid, s.st_mode), end=' ')
                os.utime('s', ns=(1000000001, 2000000002)); s = os.stat('s'); print(s.st_atime_ns, s.st_mtime_ns, get('s'), end=' ')
                put('\\u00e4'); print([n for n in os.listdir(b'.') if n[0] > 127][0])
                """);
    }

    @Test
    void aLargeDirectoryAndADeepTree() {
        same("2000 2000 []", """
                os.mkdir('t')
                for i in range(2000): put('t/file-%d%s' % (i, 'x' * (i % 200)))
                print(len(os.listdir('t')), len([e.stat().st_size for e in os.scandir('t')]), end=' ')
                for d in range(5): os.makedirs('t/%d/a/b/c/d/e' % d)
                subprocess.check_call(['rm', '-r', 't']); print(os.listdir('.'))
                """);
    }

    @Test
    void anImageIsReadOnly() throws IOException {
        Files.writeString(backing.resolve("f"), "text");
        with(TreeOptions.image(backing), tree -> {
            assertThat(run(point, "print(get('f'), attempt(put, 'new'), attempt(os.unlink, 'f'))"))
                    .isEqualTo("b'text' EROFS EROFS");
            assertThat(tree.report()).asString().contains("libfuse");
            assertThat(tree.report().provider()).isEqualTo("jnr");
        });
    }

    @Test
    void layersAndMasksAreThoseOfEveryProvider() throws IOException {
        Files.writeString(backing.resolve("f"), "text");
        Files.writeString(Files.createDirectories(backing.resolve("etc")).resolve("secret"), "secret");
        TreeOptions options =
                TreeOptions.image(backing).masked(List.of("/etc/secret")).writable(new WritableLayer(1 << 20));
        with(
                options,
                tree -> assertThat(run(
                                point,
                                "put('f', b'new'); put('g', b'g'); print(get('f'), get('g'), get('etc/secret'))"))
                        .isEqualTo("b'new' b'g' b''"));
        assertThat(backing.resolve("f")).hasContent("text");
        assertThat(backing.resolve("g")).doesNotExist();
    }

    @Test
    void anOpenDirectoryHasTheSizesOfItsFileSystemAndTakesALayer() {
        try (Fd directory = Fd.open(backing.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY)) {
            TreeOptions options = TreeOptions.host(new TreeOptions.Source.Directory(directory));
            with(
                    options,
                    tree -> assertThat(
                                    run(
                                            point,
                                            "v = os.statvfs('.'); w = os.statvfs('../backing'); print(v.f_blocks == w.f_blocks, v.f_namemax)"))
                            .isEqualTo("True 255"));
            with(
                    options.writable(new WritableLayer(1 << 20)),
                    tree -> assertThat(run(point, "put('f', b'new'); print(get('f'))"))
                            .isEqualTo("b'new'"));
        }
        assertThat(backing).isEmptyDirectory();
    }

    /** As in docs/limits.md. */
    @Test
    void whatItCannotDoIsAnError() {
        with(
                TreeOptions.host(backing),
                tree -> assertThat(run(point, """
                put('f', b'x'); put('g'); fd = os.open('f', os.O_RDWR)
                def call(f, *a): return 0 if f(*a) >= 0 else errno.errorcode[ctypes.get_errno()]
                print(attempt(os.setxattr, 'f', 'user.a', b'1'), attempt(os.open, '.', os.O_TMPFILE | os.O_RDWR), attempt(os.mknod, 'c', stat.S_IFCHR, os.makedev(1, 3)),
                      call(libc.renameat2, -100, b'f', -100, b'g', 2), call(libc.fallocate, fd, 3, ctypes.c_long(0), ctypes.c_long(1)))
                os.unlink('f'); print(os.pread(fd, 1, 0), [n[:12] for n in os.listdir('.') if n != 'g'], end=' ')
                os.close(fd); gone = time.monotonic() + 10 # the kernel tells of the last close when it gets to it
                while len(os.listdir('.')) > 1 and time.monotonic() < gone: time.sleep(0.01)
                print(os.listdir('.'), end=' '); put(b'\\xff'); print(b'\\xff' in os.listdir(b'.'))
                """))
                        .isEqualTo("ENOTSUP ENOTSUP EPERM EINVAL ENOTSUP\nb'x' ['.fuse_hidden'] ['g'] False"));
    }

    @Test
    void itEndsAtOnceAndLeavesNothing() throws IOException {
        Files.writeString(backing.resolve("f"), "text");
        MountNamespace.callInNew(() -> {
            ServedTree tree = TreeProvider.named("jnr").serve(TreeOptions.host(backing));
            try (Fd clone = tree.cloneMount()) {
                Mount.of(clone).attach(point.toString());
            }
            assertThat(tree.isServing()).isTrue();
            assertThat(point.resolve("f")).hasContent("text");

            tree.close();
            tree.close();

            assertThat(tree.isServing()).isFalse();
            assertThat(run(temporary, "print(attempt(os.listdir, 'mount'))")).isEqualTo("ENOTCONN");
            Mount.unmount(point.toString());
            return 0;
        });
        assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
                .noneMatch(name -> name.startsWith("fuse-jnr"));
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain("fuse.cntr");
    }

    @Test
    void aTreeThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> TreeProvider.named("jnr").serve(TreeOptions.host(temporary.resolve("no"))))
                .hasMessageContaining("name a directory that exists");
    }
}
