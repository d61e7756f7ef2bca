package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cntr.fuse.session.FuseException;
import dev.cntr.fuse.wire.Opcode;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.FuseConnections;
import dev.cntr.linux.mount.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** From the mount to the end: nothing hangs, nothing stays. */
@ExtendWith(PrivateNamespace.class)
class LifecycleIT {
    @TempDir
    Path temporary;

    private Path tree() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Files.writeString(backing.resolve("f"), "content");
        return backing;
    }

    /** Where SELinux is on, its policy decides whether the context is one. */
    @Test
    void aContextThatTheKernelDoesNotTakeIsToldAndLeavesNothing() throws IOException {
        TreeOptions options = TreeOptions.image(tree()).withSeLinuxContext("no context at all");

        assertThatThrownBy(() -> PassthroughMount.serve(options))
                .isInstanceOf(FuseException.class)
                .hasMessageContaining("'no context at all'")
                .hasMessageContaining("SELinux is off on this machine");
        assertThat(Leftovers.mounts()).isZero();
    }

    @Test
    void closedServerAnswersNotConnectedAndIsUnmounted() throws IOException {
        try (Mounted m = Mounted.of(TreeOptions.host(tree()), temporary)) {
            m.mount().close();

            assertThat(Python.run(temporary, "print(attempt(os.stat, 'mount/f'), attempt(os.listdir, 'mount'))"))
                    .isEqualTo("ENOTCONN ENOTCONN");
            assertThat(m.mount().isServing()).isFalse();
        }
        assertThat(Leftovers.mounts()).isZero();
    }

    @Test
    void requestInProgressEndsWhenTheServerIsClosed() throws IOException {
        Path backing = tree();
        try (Mounted m = Mounted.of(TreeOptions.host(backing), temporary)) {
            String result = Python.run(temporary, "fd = os.open('mount/f', os.O_RDONLY); print(os.read(fd, 9))");
            assertThat(result).isEqualTo("b'content'");
            Process reader = new ProcessBuilder(
                            "sh", "-c", "while ls -l mount/ > /dev/null 2>&1; do :; done; ls mount 2>&1; true")
                    .directory(temporary.toFile())
                    .start();

            m.mount().close();

            assertThat(new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .containsAnyOf("not connected", "connection abort");
        }
    }

    @Test
    void abortByTheAdministratorEndsTheServer() throws IOException {
        try (Mounted m = Mounted.of(TreeOptions.host(tree()), temporary);
                FuseConnections connections = FuseConnections.open()) {
            connections.abort(m.mount().report().connection());

            await().until(() -> !m.mount().isServing());
        }
    }

    @Test
    void nothingIsLeft() throws IOException {
        Path backing = tree();
        use(backing);
        long descriptors = Leftovers.descriptors();
        long connection;
        try (Mounted m = Mounted.of(TreeOptions.host(backing), temporary)) {
            m.throughFuse(
                    "for i in range(100): put('f%d' % i, b'x'); fd = os.open('f0', os.O_RDONLY); os.listdir('.')");
            connection = m.mount().report().connection();
        }

        assertThat(Leftovers.descriptors()).isEqualTo(descriptors);
        assertThat(Leftovers.threads()).isZero();
        assertThat(Leftovers.mounts()).isZero();
        try (FuseConnections connections = FuseConnections.open()) {
            assertThat(connections.contains(connection)).isFalse();
        }
    }

    /** The first mount of a JVM opens things of its own. */
    private void use(Path backing) throws IOException {
        try (Mounted m = Mounted.of(TreeOptions.host(backing), temporary)) {
            m.throughFuse("put('f', b'x'); get('f'); os.listdir('.')");
        }
    }

    @Test
    void manyMountsAtOnceAndOneAfterAnother() throws IOException {
        Path backing = tree();
        use(backing);
        long descriptors = Leftovers.descriptors();
        List<PassthroughMount> mounts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            mounts.add(PassthroughMount.serve(TreeOptions.image(backing).withThreads(2)));
        }
        for (PassthroughMount mount : mounts) {
            try (Fd clone = mount.cloneMount();
                    Fd file = Fd.open(clone, "f", OpenFlag.O_RDONLY)) {
                assertThat(file.isOpen()).isTrue();
            }
        }
        mounts.forEach(PassthroughMount::close);
        assertThat(Leftovers.descriptors()).isEqualTo(descriptors);

        long before = Leftovers.residentKilobytes();
        for (int i = 0; i < 100; i++) {
            PassthroughMount.serve(TreeOptions.image(backing).withThreads(1)).close();
        }
        assertThat(Leftovers.residentKilobytes() - before).isLessThan(64 << 10);
        assertThat(Leftovers.threads()).isZero();
    }

    @Test
    void whatTheKernelForgetsIsForgotten() throws IOException {
        try (Mounted m = Mounted.of(TreeOptions.host(tree()), temporary)) {
            Python.run(m.point(), """
                    for d in range(5):
                        os.mkdir('d%d' % d)
                        for i in range(1000): put('d%d/%d' % (d, i))
                    """);
            assertThat(m.mount().report().nodes()).isGreaterThan(5000);

            Python.run(m.point(), "subprocess.check_call('rm -r d*', shell=True)");

            await().until(() -> m.mount().report().nodes() < 10);
            Map<Opcode, Long> requests = m.mount().report().requests();
            assertThat(requests.getOrDefault(Opcode.FORGET, 0L) + requests.getOrDefault(Opcode.BATCH_FORGET, 0L))
                    .isPositive();
        }
    }

    @Test
    void clonesShareTheFileSystemAndAreNosuidNodev() throws IOException {
        Path a = Files.createDirectories(temporary.resolve("a"));
        Path b = Files.createDirectories(temporary.resolve("b"));
        try (PassthroughMount mount = PassthroughMount.serve(TreeOptions.image(tree()))) {
            for (Path point : List.of(a, b)) {
                try (Fd clone = mount.cloneMount()) {
                    Mount.of(clone).attach(point.toString());
                }
            }
            assertThat(Python.run(temporary, """
                    print(get('a/f') == get('b/f'), os.stat('a').st_dev == os.stat('b').st_dev)
                    for l in open('/proc/self/mountinfo'):
                        if l.split()[4].endswith('/a') and 'fuse' in l: print(l.split()[5], l.split(' - ')[1].split()[0])
                    """)).isEqualTo("True True\nro,nosuid,nodev,relatime fuse.cntr");
            Mount.unmount(a.toString());
            Mount.unmount(b.toString());
        }
    }

    @Test
    void kernelsThatRefuseToCloneADetachedMountAreWorkedAround() throws IOException {
        Path point = Files.createDirectories(temporary.resolve("a"));
        try (PassthroughMount mount = PassthroughMount.serve(TreeOptions.image(tree()));
                Fd first = mount.cloneMount();
                CloneSource clones = new CloneSource(Mount.of(first), Mount.Extent.ONE, true)) {
            try (Fd clone = clones.cloneMount();
                    Fd another = clones.cloneMount()) {
                Mount.of(clone).attach(point.toString());
                assertThat(Files.readString(point.resolve("f"))).isEqualTo("content");
                assertThat(another.number()).isNotEqualTo(clone.number());
            }
            assertThat(clones.way()).isEqualTo(MountReport.Clones.FROM_PRIVATE_NAMESPACE);
            Mount.unmount(point.toString());
        }
    }

    @Test
    void treeThatDoesNotExistIsRefusedWithoutLeavings() throws IOException {
        use(tree());
        long descriptors = Leftovers.descriptors();

        assertThatThrownBy(() -> PassthroughMount.serve(TreeOptions.image(temporary.resolve("absent"))))
                .isInstanceOf(FuseException.class)
                .hasMessageContaining("absent")
                .hasMessageContaining("No such file or directory");

        assertThat(Leftovers.descriptors()).isEqualTo(descriptors);
    }

    @Test
    void reportTellsTheDataPathAndTheAgreement() throws IOException {
        try (PassthroughMount mount = PassthroughMount.serve(TreeOptions.image(tree()))) {
            assertThat(mount.report().toString())
                    .contains("passthrough (the kernel took a file of the tree)")
                    .contains("FUSE 7.")
                    .contains("FUSE_PASSTHROUGH");
        }
    }

    @Test
    void stackedTooDeeplyFallsBackAndSaysSo() throws IOException {
        Path merged = overlay();
        try (Mounted m = Mounted.of(TreeOptions.image(merged).withMaxStackDepth(1), temporary)) {
            assertThat(Files.readString(m.point().resolve("f"))).isEqualTo("content");
            assertThat(m.mount().report().dataPath().toString())
                    .startsWith("cached (the tree's file system is stacked");
        }
        try (Mounted m = Mounted.of(TreeOptions.image(merged), temporary)) {
            assertThat(Files.readString(m.point().resolve("f"))).isEqualTo("content");
            assertThat(m.mount().report().dataPath().passedThrough()).isEqualTo(1);
        }
        Mount.unmount(merged.toString());
    }

    private Path overlay() throws IOException {
        for (String d : List.of("upper", "work", "merged")) {
            Files.createDirectories(temporary.resolve(d));
        }
        tree();
        Python.run(temporary, """
                subprocess.check_call(['mount', '-t', 'overlay', '-o', 'lowerdir=backing,upperdir=upper,workdir=work', 'none', 'merged'])
                """);
        return temporary.resolve("merged");
    }
}
