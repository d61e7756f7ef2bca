package dev.cntr.fuse.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Scratch;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MaskTest {
    private static boolean hides(Mask mask, String path) {
        String[] names = path.split("/", 0);
        Mask at = mask;
        try (Scratch s = new Scratch()) {
            for (int i = 0; i < names.length - 1; i++) {
                Mask below = at.below(s.string(names[i]));
                if (below == null) {
                    return at.hides(s.string(names[i]));
                }
                at = below;
            }
            return at.hides(s.string(names[names.length - 1]));
        }
    }

    @Test
    void hidesThePathsAndNoOthers() {
        Mask mask = Objects.requireNonNull(Mask.of(List.of("var/lib/kubelet", "var/log", "root")));
        assertThat(List.of("var/lib/kubelet", "var/log", "root", "root/x")).allMatch(path -> hides(mask, path));
        assertThat(List.of("var", "var/lib", "var/lib/kubele", "var/lib/kubelets", "lib", "kubelet"))
                .noneMatch(path -> hides(mask, path));
    }

    @Test
    void aPathHidesThoseBelowItInWhicheverOrder() {
        for (List<String> paths : List.of(List.of("a", "a/b"), List.of("a/b", "a"))) {
            assertThat(hides(Objects.requireNonNull(Mask.of(paths)), "a")).isTrue();
        }
    }

    @Test
    void noPathsAreNoMask() {
        assertThat(Mask.of(List.of())).isNull();
    }
}
