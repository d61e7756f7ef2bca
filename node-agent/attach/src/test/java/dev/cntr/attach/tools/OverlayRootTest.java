package dev.cntr.attach.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.proc.MountInfo;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By the mounts of a container's process, as /proc/PID/mountinfo has them. */
class OverlayRootTest {
    private static final String SNAPSHOTS = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/";
    private static final String CONTAINERD =
            "912 700 0:98 / / ro,relatime master:301 - overlay overlay rw,lowerdir=" + SNAPSHOTS + "12/fs:" + SNAPSHOTS
                    + "11/fs,upperdir=" + SNAPSHOTS + "40/fs,workdir=" + SNAPSHOTS + "40/work,index=off\n";
    private static final String PROC = "913 912 0:99 / /proc rw,nosuid - proc proc rw\n";
    private static final String BELOW =
            "914 912 0:97 / /var/other rw - overlay overlay rw,lowerdir=/x,upperdir=/y,workdir=/z\n";

    private static List<Path> layers(String mounts) {
        return OverlayRoot.layers(MountInfo.parse(mounts));
    }

    @Test
    void theUppermostLayerIsTheFirstAndTheContainersOwnIsNone() {
        assertThat(layers(CONTAINERD + PROC + BELOW))
                .containsExactly(Path.of(SNAPSHOTS + "12/fs"), Path.of(SNAPSHOTS + "11/fs"));
    }

    @Test
    void aRootThatIsNoOverlayHasNone() {
        assertThat(layers("912 700 8:1 / / rw - ext4 /dev/sda1 rw\n" + BELOW)).isEmpty();
    }

    /** As containers/storage names them, from the directory in which it mounts: nobody else knows which that is. */
    @Test
    void layersThatAreNamedRelativelyAreNotFollowed() {
        assertThat(layers(
                        "912 700 0:98 / / rw - overlay overlay rw,lowerdir=l/AB:l/CD,upperdir=x/diff,workdir=x/work\n"))
                .isEmpty();
    }
}
