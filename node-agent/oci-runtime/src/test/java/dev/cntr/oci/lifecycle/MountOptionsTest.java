package dev.cntr.oci.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cntr.linux.mount.Propagation;
import dev.cntr.oci.OciException;
import dev.cntr.oci.spec.MountSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class MountOptionsTest {
    private static MountOptions of(String type, String... options) {
        return MountOptions.of(new MountSpec("/x", type, "x", List.of(options)));
    }

    @Test
    void attributesAndDataAreSorted() {
        MountOptions options = of("tmpfs", "nosuid", "ro", "mode=755", "size=1k", "strictatime");
        assertThat(options.set()).isEqualTo(0x1 | 0x2 | 0x20);
        assertThat(options.clear()).as("the access time is one field").isEqualTo(0x70);
        assertThat(options.data()).containsExactly("mode=755", "size=1k");
    }

    @Test
    void bindsAndPropagation() {
        MountOptions options = of("bind", "rbind", "rw", "rslave");
        assertThat(options.recursive()).isTrue();
        assertThat(options.clear()).isEqualTo(1);
        assertThat(options.propagation()).isEqualTo(Propagation.MS_SLAVE);
        assertThat(options.recursivePropagation()).isTrue();
    }

    @Test
    void whatIsNotImplementedIsRefused() {
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> of("tmpfs", "tmpcopyup"))
                .withMessageContaining("tmpcopyup is not implemented");
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> of("bind", "bind", "rro"))
                .withMessageContaining("rro is not implemented");
    }
}
