package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.fuse.session.FuseException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.UmountFlag;
import dev.cntr.linux.mount.WritableLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done in a tree with a writable layer happens to the layer only, and the layer leaves nothing. */
@ParameterizedClass
@ValueSource(strings = {"fuse", "bind"})
@ExtendWith(PrivateNamespace.class)
class WritableLayerIT {
    /** All there is to know of a tree, in one line. */
    private static final String FINGERPRINT = """
            def all(top):
                for path, directories, files in os.walk(top):
                    for name in [''] + sorted(files):
                        p = os.path.join(path, name); s = os.lstat(p)
                        yield p, oct(s.st_mode), s.st_uid, s.st_nlink, s.st_size, s.st_mtime_ns, s.st_ctime_ns, os.listxattr(p, follow_symlinks=False), os.path.isfile(p) and not os.path.islink(p) and get(p)
            print(hashlib.sha256(repr(sorted(all('.'))).encode()).hexdigest())
            """;

    private static final long MIB = 1 << 20;
    private static final WritableLayer LAYER = new WritableLayer(16 * MIB);

    private final String provider;
    private final Deque<Path> attached = new ArrayDeque<>();

    @TempDir
    Path temporary;

    private Path source;

    WritableLayerIT(String provider) {
        this.provider = provider;
    }

    @BeforeEach
    void aTree() throws IOException {
        source = Files.createDirectories(temporary.resolve("source"));
        fill(source);
    }

    private static void fill(Path tree) throws IOException {
        Python.run(tree, """
                os.makedirs('usr/lib'); put('usr/tool', b'old'); os.chmod('usr/tool', 0o755); put('usr/lib/a', b'a'); os.link('usr/lib/a', 'usr/lib/b')
                os.mkdir('etc'); put('etc/conf', b'conf'); os.symlink('conf', 'etc/link'); os.chmod('.', 0o751); os.mkdir('tmp'); os.chmod('tmp', 0o1777)
                os.mkdir('home'); os.chown('home', 5, 6)
                """);
    }

    @AfterEach
    void unmount() {
        attached.forEach(point -> Mount.unmount(point.toString(), UmountFlag.MNT_DETACH));
    }

    private ServedTree serve(Path tree, WritableLayer layer) {
        return TreeProvider.named(provider).serve(TreeOptions.image(tree).writable(layer));
    }

    private Path attach(Fd clone) throws IOException {
        Path point = Files.createTempDirectory(temporary, "mount");
        try (clone) {
            Mount.of(clone).attach(point.toString());
        }
        attached.push(point);
        return point;
    }

    @Test
    void changesAreSeenOnTheMountAndNotInTheTree() throws IOException {
        String before = Python.run(source, FINGERPRINT);
        try (ServedTree tree = serve(source, LAYER)) {
            Path mount = attach(tree.cloneMount());
            assertThat(Python.run(mount, """
                    print(mode('.'), [os.stat('home').st_uid, os.stat('home').st_gid], end=' ')
                    put('usr/tool', b'new'); put('etc/conf', b'+', 'ab'); os.unlink('usr/lib/a'); os.rename('etc', 'etc2'); os.mkdir('etc'); os.rmdir('home')
                    os.chmod('usr/lib/b', 0o600); os.setxattr('usr/lib/b', 'trusted.x', b'1'); os.chown('usr/lib', 7, 8); os.mkfifo('tmp/p'); put('tmp/big', bytes(4 << 20))
                    print(get('usr/tool'), get('etc2/link'), os.listdir('etc'), sorted(os.listdir('usr/lib')), os.path.exists('home'), mode('usr/lib/b'))
                    """)).isEqualTo("0o40751 [5, 6] b'new' b'conf+' [] ['b'] False 0o100600");
            assertThat(Python.run(source, FINGERPRINT)).isEqualTo(before);
            assertThat(tree.report()).asString().contains("a layer of 16 MiB in memory over each mount");
        }
    }

    @Test
    void eachMountHasALayerOfItsOwn() throws IOException {
        try (ServedTree tree = serve(source, LAYER)) {
            Path one = attach(tree.cloneMount());
            Path other = attach(tree.cloneMount());
            Files.delete(one.resolve("usr/tool"));
            Files.writeString(one.resolve("new"), "");

            assertThat(other.resolve("usr/tool")).hasContent("old");
            assertThat(other.resolve("new")).doesNotExist();
        }
    }

    @Test
    void aFullLayerIsAnError() throws IOException {
        try (ServedTree tree = serve(source, new WritableLayer(MIB))) {
            Path mount = attach(tree.cloneMount());
            assertThat(Python.run(mount, """
                    print(attempt(put, 'big', bytes(2 << 20)), end=' '); os.unlink('big'); put('small', b'x'); n = 0
                    while attempt(put, 'many%d' % n) is None: n += 1
                    print(attempt(put, 'one more'), n < 300, get('usr/tool'))
                    """)).isEqualTo("ENOSPC ENOSPC True b'old'");
        }
    }

    @Test
    void whatWasWrittenGoesWithTheMount() throws IOException {
        try (ServedTree tree = serve(source, new WritableLayer(512 * MIB))) {
            long before = sharedMemory();
            Path mount = attach(tree.cloneMount());
            Python.run(mount, "put('big', bytes(256 << 20))");
            assertThat(sharedMemory() - before).isGreaterThan(200 * MIB);

            Mount.unmount(attached.pop().toString());

            assertThat(mount).isEmptyDirectory();
            assertThat(sharedMemory() - before).isLessThan(56 * MIB);
        }
        assertThat(Leftovers.mounts()).isZero();
    }

    /** Memory of tmpfs and the like, in bytes. */
    private static long sharedMemory() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(l -> l.startsWith("Shmem:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }

    @Test
    void aTargetInAUserNamespaceWritesAsItself() throws IOException {
        try (ServedTree tree = serve(source, LAYER);
                UserNamespace process = UserNamespace.start();
                Fd namespace = process.open()) {
            Path mount = attach(tree.cloneMount(namespace));
            assertThat(Python.run(mount, """
                    print(as_user(100000, 100000, [], lambda: put('new')), as_user(100005, 100005, [], lambda: put('etc/conf')), as_user(100000, 100000, [], lambda: put('etc/conf', b'mine')), [os.stat(n).st_uid for n in ('.', 'etc/conf', 'new', 'home')])
                    """)).isEqualTo("None EACCES None [100000, 100000, 100000, 100005]");
        }
        assertThat(source.resolve("etc/conf")).hasContent("conf");
    }

    /** As of the root of a container. */
    @Test
    void aTreeOnOverlayfsCanHaveALayerToo() throws IOException {
        Path lower = Files.createDirectories(temporary.resolve("lower"));
        Path merged = Files.createDirectories(temporary.resolve("merged"));
        fill(lower);
        try (Mount below = Mount.clone(lower.toString(), Mount.Extent.ONE);
                Mount container = LAYER.over(below, Set.of())) {
            container.attach(merged.toString());
        }
        attached.push(merged);
        try (ServedTree tree = serve(merged, LAYER)) {
            Path mount = attach(tree.cloneMount());
            Files.writeString(mount.resolve("usr/tool"), "new");
            assertThat(mount.resolve("usr/tool")).hasContent("new");
            assertThat(merged.resolve("usr/tool")).hasContent("old");
        }
    }

    @Test
    void aTreeThatIsStackedTwiceAlreadyIsServedByFuseOnly() throws IOException {
        Path merged = Files.createDirectories(temporary.resolve("merged"));
        try (Mount below = Mount.clone(source.toString(), Mount.Extent.ONE);
                Mount once = LAYER.over(below, Set.of());
                Mount twice = LAYER.over(once, Set.of())) {
            twice.attach(merged.toString());
        }
        attached.push(merged);
        if (provider.equals("bind")) {
            assertThatThrownBy(() -> serve(merged, LAYER))
                    .isInstanceOf(FuseException.class)
                    .hasMessageContaining("two stacked file systems");
        }
        try (ServedTree tree =
                TreeProvider.auto().serve(TreeOptions.image(merged).writable(LAYER))) {
            assertThat(attach(tree.cloneMount()).resolve("usr/tool"))
                    .as("by FUSE")
                    .hasContent("old");
        }
    }

    @Test
    void aLayerWithoutRoomIsRefused() {
        assertThatThrownBy(() -> new WritableLayer(0)).hasMessageContaining("0 bytes");
    }

    @Test
    void packagesInstall() throws IOException {
        Path control = Files.createDirectories(temporary.resolve("made/DEBIAN")).resolve("control");
        Files.writeString(control, """
                Package: made
                Version: 1
                Architecture: all
                Maintainer: nobody <nobody@example.com>
                Description: made for a test
                """);
        Files.writeString(Files.createDirectories(temporary.resolve("made/opt")).resolve("made"), "installed");
        Python.run(temporary, "subprocess.check_output(['dpkg-deb', '--build', 'made', 'made.deb'])");
        Files.createDirectories(source.resolve("var/lib/dpkg/info"));
        Files.createDirectories(source.resolve("var/lib/dpkg/updates"));
        Files.writeString(source.resolve("var/lib/dpkg/status"), "");
        try (ServedTree tree = serve(source, LAYER)) {
            Path mount = attach(tree.cloneMount());
            Python.run(
                    temporary,
                    "subprocess.check_output(['dpkg', '--root=%s', '--install', 'made.deb'])".formatted(mount));
            assertThat(mount.resolve("opt/made")).hasContent("installed");
        }
        assertThat(source.resolve("opt")).doesNotExist();
        assertThat(source.resolve("var/lib/dpkg/status")).isEmptyFile();
    }
}
