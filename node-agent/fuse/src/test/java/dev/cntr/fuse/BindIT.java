package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.fuse.session.FuseException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.FileSystemContext;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.UmountFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateNamespace.class)
class BindIT {
    @TempDir
    private Path temporary;

    private Path backing;
    private Path point;

    @BeforeEach
    void aTreeWithAMountInIt() throws IOException {
        backing = Files.createDirectories(temporary.resolve("backing"));
        point = Files.createDirectories(temporary.resolve("mount"));
        Files.writeString(Files.createDirectories(backing.resolve("below")).resolve("hidden"), "");
        try (FileSystemContext tmpfs = FileSystemContext.open("tmpfs");
                Mount below = tmpfs.mount()) {
            below.attach(backing.resolve("below").toString());
        }
        Files.writeString(backing.resolve("below/mounted"), "");
        Files.writeString(backing.resolve("file"), "text");
    }

    @AfterEach
    void unmount() {
        Mount.unmount(backing.resolve("below").toString(), UmountFlag.MNT_DETACH);
    }

    @Test
    void anImageIsReadOnlyAndWithoutWhatIsMountedInIt() throws IOException {
        try (ServedTree tree = TreeProvider.named("bind").serve(TreeOptions.image(backing))) {
            attach(tree);
            assertThat(point.resolve("file")).hasContent("text");
            assertThat(point.resolve("below/hidden")).exists();
            assertThatThrownBy(() -> Files.writeString(point.resolve("new"), ""))
                    .hasMessageContaining("Read-only");
            assertThat(options(point)).contains("ro", "nosuid", "nodev");
            assertThat(tree.report().way()).isEqualTo("bind");
        } finally {
            Mount.unmount(point.toString(), UmountFlag.MNT_DETACH);
        }
    }

    @Test
    void aDirectoryIsBoundWithWhatIsMountedInIt() throws IOException {
        try (Fd root = Fd.open(backing.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
                ServedTree tree =
                        TreeProvider.named("bind").serve(TreeOptions.host(new TreeOptions.Source.Directory(root)))) {
            attach(tree);
            assertThat(point.resolve("below/mounted")).exists();
            Files.writeString(point.resolve("below/new"), "through the bind");
            assertThat(backing.resolve("below/new")).hasContent("through the bind");
            assertThat(options(point)).contains("rw", "nosuid", "nodev");
            assertThat(options(point.resolve("below"))).contains("nosuid", "nodev");
        } finally {
            Mount.unmount(point.toString(), UmountFlag.MNT_DETACH);
        }
    }

    @Test
    void attachedMountsOutliveTheTreeAndOthersDoNot() throws IOException {
        ServedTree tree = TreeProvider.named("bind").serve(TreeOptions.image(backing));
        attach(tree);
        assertThat(tree.isServing()).isTrue();
        tree.close();
        tree.close();
        assertThat(tree.isServing()).isFalse();
        assertThat(point.resolve("file")).hasContent("text");
        Mount.unmount(point.toString(), UmountFlag.MNT_DETACH);
        assertThat(point.resolve("file")).doesNotExist();
    }

    @Test
    void aTreeThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> TreeProvider.named("bind").serve(TreeOptions.image(temporary.resolve("absent"))))
                .isInstanceOf(FuseException.class)
                .hasMessageContaining("absent")
                .hasMessageContaining("No such file");
    }

    private void attach(ServedTree tree) {
        try (Fd clone = tree.cloneMount()) {
            Mount.of(clone).attach(point.toString());
        }
    }

    private static String[] options(Path mountPoint) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/mountinfo"))) {
            return lines.map(l -> l.split(" "))
                    .filter(f -> f[4].equals(mountPoint.toString()))
                    .findFirst()
                    .orElseThrow()[5]
                    .split(",");
        }
    }
}
