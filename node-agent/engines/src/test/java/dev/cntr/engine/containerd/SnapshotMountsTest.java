package dev.cntr.engine.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.containerd.ContainerdProto.Mount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Mounts in the form of {@code snapshots/overlay/overlay.go} of containerd 1.6. */
class SnapshotMountsTest {
    private static final String SNAPSHOTS = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/";

    @Test
    void severalLayersLieOverEachOther() {
        Mount overlay = Mount.newBuilder()
                .setType("overlay")
                .setSource("overlay")
                .addOptions("index=off")
                .addOptions("lowerdir=" + SNAPSHOTS + "7/fs:" + SNAPSHOTS + "2/fs")
                .build();
        assertThat(SnapshotMounts.layers(List.of(overlay), "image a"))
                .containsExactly(Path.of(SNAPSHOTS + "7/fs"), Path.of(SNAPSHOTS + "2/fs"));
    }

    @Test
    void oneLayerIsADirectory() {
        Mount bind = Mount.newBuilder()
                .setType("bind")
                .setSource(SNAPSHOTS + "1/fs")
                .addOptions("ro")
                .addOptions("rbind")
                .build();
        assertThat(SnapshotMounts.layers(List.of(bind), "image a")).containsExactly(Path.of(SNAPSHOTS + "1/fs"));
    }

    @Test
    void othersAreNotKnown() {
        Mount device = Mount.newBuilder().setType("ext4").setSource("/dev/dm-1").build();
        assertThatThrownBy(() -> SnapshotMounts.layers(List.of(device), "image a of containerd"))
                .isInstanceOf(EngineException.Unsupported.class)
                .hasMessageContaining("the snapshotter of image a of containerd wants it mounted as [ext4]");
    }

    @Test
    void theEnvironmentIsThatOfTheConfiguration() throws Exception {
        assertThat(environment("{\"architecture\":\"amd64\",\"history\":[{\"Env\":[\"X=1\"]}],\"config\":"
                        + "{\"Cmd\":[\"sh\"],\"Labels\":{\"Env\":\"no\"},\"Env\":[\"PATH=/opt/bin:/bin\",\"A=b\"],\"WorkingDir\":\"/\"},"
                        + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}"))
                .containsExactly("PATH=/opt/bin:/bin", "A=b");
        assertThat(environment("{\"config\":{\"Env\":null},\"os\":\"linux\"}")).isEmpty();
        assertThat(environment("{\"config\":null,\"os\":\"linux\"}")).isEmpty();
    }

    private static List<String> environment(String json) throws Exception {
        return ImageConfiguration.environment(json.getBytes(StandardCharsets.UTF_8));
    }
}
