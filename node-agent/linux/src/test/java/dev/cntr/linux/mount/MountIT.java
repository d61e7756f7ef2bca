package dev.cntr.linux.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FileIdentity;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.ProcessFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts by descriptor, in a mount namespace of the test's own thread. */
class MountIT {
    @TempDir
    Path dir;

    @Test
    void aFileSystemIsMadeDetachedAndAttachedOnlyInOneNamespace() throws Exception {
        try (FileSystemContext context = FileSystemContext.open("tmpfs");
                Mount tmpfs = context.set("size", "64k").set("mode", "0700").mount(MountAttribute.MOUNT_ATTR_NOSUID)) {
            MountNamespace.callInNew(() -> {
                tmpfs.attach(dir.toString());
                Files.writeString(dir.resolve("x"), "hello");
                assertThat(FileIdentity.of(dir.toString()).device())
                        .isEqualTo(tmpfs.device().device());
                try (ProcessFiles here = ProcessFiles.ofCallingThread();
                        Fd namespace = here.openNamespace(Namespace.MNT)) {
                    assertThat(MountNamespace.call(namespace, () -> Files.readString(dir.resolve("x"))))
                            .isEqualTo("hello");
                }
                return null;
            });
            assertThat(dir.resolve("x")).doesNotExist();
        }
    }

    @Test
    void aCloneOfOneMountLeavesOutWhatIsMountedBelow() throws Exception {
        Path below = Files.createDirectory(dir.resolve("below"));
        Files.writeString(below.resolve("under"), "");
        MountNamespace.callInNew(() -> {
            try (FileSystemContext context = FileSystemContext.open("tmpfs");
                    Mount tmpfs = context.mount()) {
                tmpfs.attach(below.toString());
            }
            try (Mount one = Mount.clone(dir.toString(), Mount.Extent.ONE);
                    Mount tree = Mount.clone(dir.toString(), Mount.Extent.TREE)) {
                Fd.open(one.fd(), "below/under", OpenFlag.O_RDONLY).close();
                assertThatThrownBy(() -> Fd.open(tree.fd(), "below/under", OpenFlag.O_RDONLY))
                        .isInstanceOfSatisfying(
                                ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
            }
            return null;
        });
    }

    @Test
    void attributesAreChanged() throws Exception {
        try (Mount mount = Mount.clone(dir.toString(), Mount.Extent.ONE)) {
            mount.set(Mount.Extent.ONE, MountAttribute.MOUNT_ATTR_RDONLY, MountAttribute.MOUNT_ATTR_NOATIME);
            assertThatThrownBy(() -> Fd.open(mount.fd(), "new", OpenFlag.O_WRONLY, OpenFlag.O_CREAT))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EROFS));
            mount.change(Set.of(), Set.of(MountAttribute.MOUNT_ATTR_RDONLY), Propagation.MS_PRIVATE, Mount.Extent.TREE);
            Fd.open(mount.fd(), "new", OpenFlag.O_WRONLY, OpenFlag.O_CREAT).close();
        }
        assertThat(dir.resolve("new")).exists();
    }

    @Test
    void theKernelsReasonIsInTheMessage() {
        try (FileSystemContext context = FileSystemContext.open("tmpfs")) {
            assertThatThrownBy(() -> context.set("nonsense", "1"))
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageContaining("Unknown parameter 'nonsense'");
        }
    }

    @Test
    void aFuseConnectionIsFoundAndAborted() {
        try (Fd dev = Fd.open("/dev/fuse", OpenFlag.O_RDWR);
                FileSystemContext context = FileSystemContext.open("fuse");
                FuseConnections connections = FuseConnections.open()) {
            context.set("fd", Integer.toString(dev.number())).set("rootmode", "40000");
            try (Mount fuse = context.set("user_id", "0").set("group_id", "0").mount()) {
                long number = FuseConnections.connectionOf(fuse);
                assertThat(connections.contains(number)).isTrue();
                connections.abort(number);
                assertThatThrownBy(() -> Fd.open(fuse.fd(), "x", OpenFlag.O_RDONLY))
                        .isInstanceOfSatisfying(
                                ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOTCONN));
                connections.abort(number + 1_000_000);
            }
        }
    }
}
