package dev.cntr.fuse.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Scratch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Names go in and out as with any other set. */
class NameSetTest {
    @Test
    void isASet() {
        NameSet names = new NameSet();
        Set<String> expected = new TreeSet<>();
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            String name = "n".repeat(1 + random.nextInt(3)) + random.nextInt(300);
            try (Scratch s = new Scratch()) {
                long at = s.string(name);
                assertThat(names.contains(at, name.length())).isEqualTo(expected.contains(name));
                if (random.nextInt(100) < 52 - expected.size() / 20) {
                    if (expected.add(name)) {
                        names.add(at, name.length());
                    }
                } else {
                    assertThat(names.remove(at, name.length())).isEqualTo(expected.remove(name));
                }
            }
            assertThat(names.size()).isEqualTo(expected.size());
        }
        List<byte[]> all = new ArrayList<>();
        names.copyTo(all);
        assertThat(all.stream().map(b -> new String(b, StandardCharsets.US_ASCII)))
                .containsExactlyInAnyOrderElementsOf(expected)
                .hasSizeGreaterThan(100);
    }
}
