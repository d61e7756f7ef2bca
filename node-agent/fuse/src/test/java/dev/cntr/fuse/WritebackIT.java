package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.fuse.passthrough.DataPath.Way;
import dev.cntr.fuse.wire.Opcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is written to a tree that nobody else changes is held back where the kernel passes nothing through, and only there. */
@ExtendWith(PrivateNamespace.class)
class WritebackIT {
    /** Deeper than the kernel passes through. */
    private static final int NO_PASSTHROUGH = 3;

    private static final String APPEND = """
            with open('mount/f', 'ab', 0) as f:
                for i in range(2000): f.write(b'%04d' % i)
            print(os.stat('mount/f').st_size, get('backing/f') == b''.join(b'%04d' % i for i in range(2000)))
            """;

    @TempDir
    Path temporary;

    private Path backing;

    @BeforeEach
    void tree() throws IOException {
        backing = Files.createDirectories(temporary.resolve("backing"));
        Files.writeString(backing.resolve("probe"), "a file to try passthrough with");
    }

    private TreeOptions refused() {
        return TreeOptions.host(backing).withMaxStackDepth(NO_PASSTHROUGH);
    }

    private static long writes(Mounted mounted) {
        return mounted.mount().report().requests().getOrDefault(Opcode.WRITE, 0L);
    }

    @Test
    void smallWritesBecomeFewAndAreThereWhenTheFileIsClosed() throws IOException {
        try (Mounted mounted = Mounted.of(refused().withExclusive(), temporary)) {
            assertThat(Python.run(temporary, APPEND)).isEqualTo("8000 True");

            assertThat(writes(mounted)).isBetween(1L, 20L);
            assertThat(mounted.mount().report().way()).isEqualTo("writeback");
            assertThat(mounted.mount().report().reason()).startsWith("nobody else changes the tree; ");
        }
    }

    @Test
    void ofATreeThatOthersChangeEachIsWrittenAtOnce() throws IOException {
        try (Mounted mounted = Mounted.of(refused(), temporary)) {
            assertThat(Python.run(temporary, APPEND)).isEqualTo("8000 True");

            assertThat(writes(mounted)).isEqualTo(2000);
            assertThat(mounted.mount().report().way()).isEqualTo("cached");
        }
    }

    @Test
    void whatIsSyncedIsBehind() throws IOException {
        try (Mounted mounted = Mounted.of(refused().withExclusive(), temporary)) {
            assertThat(Python.run(temporary, """
                    fd = os.open('mount/f', os.O_CREAT | os.O_WRONLY); os.write(fd, b'held back'); before = get('backing/f')
                    os.fsync(fd); print(before, get('backing/f'))
                    """)).isEqualTo("b'' b'held back'");
            assertThat(mounted.mount().report().dataPath().way()).isEqualTo(Way.WRITEBACK);
        }
    }

    @Test
    void passthroughIsPreferred() throws IOException {
        try (Mounted mounted = Mounted.of(TreeOptions.host(backing).withExclusive(), temporary)) {
            assertThat(mounted.mount().report().way()).isEqualTo("passthrough");
        }
    }

    @Test
    void nothingIsHeldBackOfWhatIsOnlyRead() throws IOException {
        try (Mounted mounted = Mounted.of(refused().withReadOnly().withExclusive(), temporary)) {
            assertThat(mounted.mount().report().way()).isEqualTo("cached");
        }
    }
}
