package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.UmountFlag;
import dev.cntr.linux.mount.WritableLayer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What is masked cannot be reached, by no name and by nobody. */
@ParameterizedClass
@ValueSource(strings = {"fuse", "bind"})
@ExtendWith(PrivateNamespace.class)
class MaskedIT {
    private static final List<String> MASKED =
            List.of("/var/lib/kubelet", "/root", "/var/run", "/etc/shadow", "/not/there/yet");

    /** Walks everything and prints what contains the word, or is called so; open files by way of /proc too. */
    private static final String SEARCH = """
            found = []
            for path, directories, files in os.walk('.'):
                for f in directories + files:
                    p = os.path.join(path, f)
                    if 'secret' in f: found.append(p)
                    if os.path.isfile(p) and b'secret' in get(p): found.append(p)
            print(found)
            """;

    private final String provider;

    @TempDir
    Path temporary;

    private Path source;
    private Path point;
    private ServedTree tree;

    MaskedIT(String provider) {
        this.provider = provider;
    }

    @BeforeEach
    void aNode() throws IOException {
        source = Files.createDirectories(temporary.resolve("source"));
        point = Files.createDirectories(temporary.resolve("mount"));
        Python.run(source, """
                for d in ('var/lib/kubelet/pods', 'var/lib/other', 'root', 'run/secrets', 'etc', 'usr', 'not'): os.makedirs(d)
                for f in ('var/lib/kubelet/pods/secret', 'var/lib/kubelet/secret', 'root/secret', 'run/secrets/token', 'etc/shadow'): put(f, b'secret')
                for f in ('var/lib/other/f', 'etc/passwd', 'usr/f'): put(f, b'open')
                os.symlink('../run', 'var/run'); os.symlink('../var/lib/kubelet', 'usr/link'); os.symlink('../etc/shadow', 'usr/shadow')
                for i in range(300): put('var/lib/kubelet%d' % i)
                """);
        serve(TreeOptions.host(source).masked(MASKED));
    }

    private void serve(TreeOptions options) {
        tree = TreeProvider.named(provider).serve(options);
        try (Fd clone = tree.cloneMount()) {
            Mount.of(clone).attach(point.toString());
        }
    }

    @AfterEach
    void unmount() {
        Mount.unmount(point.toString(), UmountFlag.MNT_DETACH);
        tree.close();
    }

    @Test
    void nothingOfItIsFound() throws IOException {
        assertThat(Python.run(point, SEARCH)).isEqualTo("[]");
        assertThat(Python.run(
                        point, "print(get('var/lib/other/f'), get('etc/passwd'), len(os.listdir('var/lib')) >= 301)"))
                .isEqualTo("b'open' b'open' True");
    }

    @Test
    void noWayRoundLeadsThere() throws IOException {
        assertThat(Python.run(point, """
                top = os.open('.', os.O_PATH); lib = os.open('var/lib', os.O_RDONLY)
                gone = ('ENOENT', 'ENOTDIR', 'EISDIR', b'')
                ways = ['usr/link/secret', 'usr/../var/lib/kubelet/secret', 'var/lib/other/../kubelet/secret', 'run/secrets/token', './/root//secret',
                    '/proc/self/fd/%d/root/secret' % top, '/proc/self/fd/%d/kubelet/secret' % lib, '/proc/self/cwd/var/lib/kubelet/pods/secret', 'etc/shadow']
                print([w for w in ways if attempt(get, w) not in gone])
                os.chroot('.'); os.chdir('/'); print([w for w in ('var/run/secrets/token', 'usr/shadow', '/../root/secret') if attempt(get, w) not in gone])
                """)).isEqualTo("[]\n[]");
    }

    @Test
    void nothingOfItIsChanged() throws IOException {
        Python.run(point, """
                attempt(os.mkdir, 'root'); attempt(put, 'root', b''); attempt(put, 'etc/shadow', b'mine'); attempt(os.unlink, 'etc/shadow'); attempt(os.rmdir, 'root')
                attempt(os.symlink, 'x', 'root'); attempt(os.link, 'usr/f', 'root'); attempt(os.mkfifo, 'root'); put('new', b''); attempt(os.rename, 'new', 'etc/shadow')
                attempt(os.rename, 'etc', 'etc2'); attempt(os.rename, 'root', 'moved'); attempt(os.rename, 'var/lib', 'lib2'); attempt(os.rename, 'usr', 'var/lib')
                attempt(os.rename, 'var', 'var2'); attempt(os.link, 'etc/shadow', 'hard')
                libc.renameat2(-100, b'usr', -100, b'var', 2)
                """);
        assertThat(Python.run(point, SEARCH)).isEqualTo("[]");
        // a bind mount lets a directory above a masked path be renamed: the mask moves with it
        assertThat(
                        Python.run(
                                source,
                                "print(sum(get(os.path.join(d, f)) == b'secret' for d, _, fs in os.walk('.') for f in fs if not os.path.islink(os.path.join(d, f))))"))
                .isEqualTo("5");
    }

    @Test
    void whatComesLaterIsNotThereEither() throws IOException {
        Python.run(
                source,
                "os.mkdir('var/lib/kubelet/new'); put('var/lib/kubelet/new/secret', b'secret'); put('root/secret2', b'secret')");
        if (provider.equals("fuse")) {
            Python.run(source, "os.makedirs('not/there/yet'); put('not/there/yet/secret', b'secret')");
        }
        assertThat(Python.run(point, SEARCH)).isEqualTo("[]");
    }

    @Test
    void itIsNotUnderAWritableLayerEither() throws IOException {
        unmount();
        serve(TreeOptions.image(source).masked(MASKED).writable(new WritableLayer(1 << 20)));
        assertThat(Python.run(point, SEARCH)).isEqualTo("[]");
        Python.run(point, "put('usr/f', b'new'); attempt(os.rename, 'var', 'var2'); attempt(os.rename, 'etc', 'etc2')");
        assertThat(Python.run(point, SEARCH)).isEqualTo("[]");
    }

    @Test
    void theRootAndPathsUpwardsAreNotToBeMasked() {
        for (String wrong : List.of("/", "", "a/../b", ".")) {
            assertThatThrownBy(() -> TreeOptions.host(source).masked(List.of(wrong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + wrong + "' cannot be hidden");
        }
    }
}
