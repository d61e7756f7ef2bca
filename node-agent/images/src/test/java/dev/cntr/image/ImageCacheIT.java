package dev.cntr.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.StoredImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Unpacking as root: owners, attributes, and what hostile layers try. */
@Timeout(60)
class ImageCacheIT {
    private static final ImageCache.MountPoints PLACES =
            new ImageCache.MountPoints(List.of("var/lib/cntr", "proc"), List.of("etc/hosts"));

    @TempDir
    Path dir;

    private Path caches;
    private ImageCache cache;

    @BeforeEach
    void makeCache() {
        caches = dir.resolve("cache");
        cache = new ImageCache(caches, PLACES);
    }

    private ImageCache.Held unpack(Layer... layers) throws IOException {
        TestImage image = new TestImage();
        List.of(layers).forEach(image::layer);
        return cache.open(TestImage.tar(dir.resolve("image.tar"), image.layout("v1")), Optional.empty());
    }

    private void refused(String why, Layer... layers) throws IOException {
        assertThatThrownBy(() -> unpack(layers))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(why);
        try (Stream<Path> left = Files.list(caches)) {
            assertThat(left.map(p -> p.getFileName().toString())).allMatch(name -> name.endsWith(".lock"));
        }
    }

    @Test
    void ownersModesTimesAndAttributesAreTheImages() throws IOException {
        Layer layer = new Layer()
                .directory("bin", 01777)
                .extended("SCHILY.xattr.user.note", "kept")
                .extended("SCHILY.xattr.trusted.overlay.opaque", "y")
                .file("bin/su", 04755, 7, 8, "su".getBytes(StandardCharsets.UTF_8))
                .hardLink("bin/sudo", "bin/su")
                .symbolicLink("bin/sh", "/bin/su")
                .fifo("pipe")
                .characterDevice("null")
                .file("implied/below/x", "x");
        try (ImageCache.Held held = unpack(layer)) {
            Path root = held.root();
            assertThat(held.environment()).containsExactly("PATH=/tools/bin");
            assertThat(Files.readAttributes(root.resolve("bin/su"), "unix:mode,uid,gid,nlink"))
                    .containsEntry("mode", 0104755)
                    .containsEntry("uid", 7)
                    .containsEntry("gid", 8)
                    .containsEntry("nlink", 2);
            assertThat(Files.getAttribute(root.resolve("bin"), "unix:mode")).isEqualTo(041777);
            assertThat(Files.getLastModifiedTime(root.resolve("bin")).toMillis())
                    .isEqualTo(1_000_000_000_000L);
            assertThat(Files.getAttribute(root.resolve("bin/su"), "user:note"))
                    .isEqualTo("kept".getBytes(StandardCharsets.UTF_8));
            assertThat(Files.readSymbolicLink(root.resolve("bin/sh"))).isEqualTo(Path.of("/bin/su"));
            assertThat((int) Files.getAttribute(root.resolve("pipe"), "unix:mode") & 0170000)
                    .isEqualTo(0010000);
            assertThat(root.resolve("null")).doesNotExist();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve("implied/below"))))
                    .isEqualTo("rwxr-xr-x");
            assertThat(root.resolve("var/lib/cntr")).isEmptyDirectory();
            assertThat(root.resolve("etc/hosts")).isEmptyFile();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(caches)))
                .isEqualTo("rwx------");
    }

    @Test
    void higherLayersReplaceAndRemove() throws IOException {
        Layer low = new Layer()
                .directory("a")
                .file("a/gone", "1")
                .file("a/stays", "1")
                .file("b/1", "1")
                .file("b/2", "1")
                .directory("was-directory")
                .file("was-directory/x", "1")
                .file("was-file", "1")
                .symbolicLink("to-a", "a");
        Layer high = new Layer()
                .file("a/.wh.gone", "")
                .file("b/3", "2")
                .file("b/.wh..wh..opq", "")
                .file("b/.wh.3", "")
                .file("was-directory", "2")
                .directory("was-file")
                .file("to-a/new", "2")
                .file(".wh..wh.plnk/1", "");
        try (ImageCache.Held held = unpack(low, high)) {
            Path root = held.root();
            assertThat(root.resolve("a/gone")).doesNotExist();
            assertThat(root.resolve("a/stays")).exists();
            assertThat(root.resolve("b")).isDirectoryContaining("glob:**/3");
            assertThat(root.resolve("b/1")).doesNotExist();
            assertThat(root.resolve("b/2")).doesNotExist();
            assertThat(root.resolve("was-directory")).hasContent("2");
            assertThat(root.resolve("was-file")).isEmptyDirectory();
            assertThat(root.resolve("a/new"))
                    .as("through a link of a lower layer")
                    .hasContent("2");
        }
    }

    @Test
    void namesThatLeadOutAreRefused() throws IOException {
        refused("leads out of its tree", new Layer().file("../out", "x"));
        refused("leads out of its tree", new Layer().file("a/../../out", "x"));
        refused("leads out of its tree", new Layer().hardLink("shadow", "../../../etc/shadow"));
        refused("leads out of its tree", new Layer().file("a/.wh...", ""));
        assertThat(dir.resolve("out")).doesNotExist();
    }

    /** As in a container that has the tree as its root. */
    @Test
    void linksLeadToPlacesInside() throws IOException {
        Path outside = Files.createDirectory(dir.resolve("outside"));
        Files.writeString(outside.resolve("kept"), "kept");
        String up = "../".repeat(10) + outside.toString().substring(1);
        Layer layer = new Layer()
                .file("/absolute", "x")
                .directory(outside.toString())
                .symbolicLink("etc", outside.toString())
                .file("etc/absolute", "x")
                .symbolicLink("up", up)
                .file("up/relative", "x")
                .file("up/.wh.kept", "")
                .symbolicLink("file", outside.resolve("kept").toString())
                .file("file", "x");
        try (ImageCache.Held held = unpack(layer)) {
            Path inside = Path.of(held.root() + outside.toString());
            assertThat(held.root().resolve("absolute")).hasContent("x");
            assertThat(inside.resolve("absolute")).hasContent("x");
            assertThat(inside.resolve("relative")).hasContent("x");
            assertThat(inside.resolve("hosts")).as("a place for a mount").isEmptyFile();
            assertThat(Files.isRegularFile(held.root().resolve("file"), LinkOption.NOFOLLOW_LINKS))
                    .isTrue();
        }
        assertThat(outside).isDirectoryNotContaining("glob:**/{absolute,relative,hosts}");
        assertThat(outside.resolve("kept")).hasContent("kept");
    }

    @Test
    void aHardLinkThroughALinkStaysInside() throws IOException {
        refused("evil/shadow", new Layer().symbolicLink("evil", "/etc").hardLink("shadow", "evil/shadow"));
        refused("leads to no directory", new Layer().symbolicLink("a", "b").file("a/x", "x"));
        refused(
                "leads to no directory",
                new Layer().symbolicLink("a", "/proc/self/root").file("a/x", "x"));
    }

    @Test
    void directoriesWithoutEndAreRefused() throws IOException {
        Layer through = new Layer().symbolicLink("l", ".");
        for (int i = 1; i <= 40; i++) { // each link leads through the one before
            String above = i == 1 ? "" : "l" + (i - 1) + "/";
            through.directory(above + "d/".repeat(10)).symbolicLink("l" + i, above + "d/".repeat(10));
        }
        refused("nested too deep", through);
        refused(
                "nested too deep",
                new Layer().extended("path", "e/".repeat(300) + "x").file("x", ""));
        refused(
                "more than 4096 bytes",
                new Layer().extended("path", "e/".repeat(3000) + "x").file("x", ""));
    }

    @Test
    void moreThanAnImageMayTakeIsRefused() throws IOException {
        cache = new ImageCache(caches, PLACES, new LayerUnpacker.Bounds(1000, 10));
        refused("too large", new Layer().file("a", "x".repeat(999)).file("b", "xx"));
        Layer many = new Layer();
        for (int i = 0; i < 11; i++) {
            many.file("f" + i, "");
        }
        refused("too large", many);
        // zeros behind the end of the archive: gigabytes of them pack to little
        TestImage bomb = new TestImage().layer(new Layer().end(3 << 20));
        assertThatThrownBy(() -> cache.open(TestImage.tar(dir.resolve("b.tar"), bomb.layout("v1")), Optional.empty()))
                .hasMessageContaining("larger than an image may be");
    }

    @Test
    void layersArePackedByGzipOrZstd() throws IOException {
        try (ImageCache.Held held = unpack(new Layer().file("gzip", "1"), new Layer().file("zstd", "2"))) {
            assertThat(held.root().resolve("gzip")).hasContent("1");
            assertThat(held.root().resolve("zstd")).hasContent("2");
        }
    }

    @Test
    void brokenLayersAreRefused() throws IOException {
        TestImage image = new TestImage().layer(new Layer().file("a", "content"));
        Map<String, byte[]> files = image.layout("v1");
        String layer = files.keySet().iterator().next();
        byte[] good = Objects.requireNonNull(files.get(layer));
        List<byte[]> broken = new ArrayList<>();
        broken.add(TestImage.gzip(new Layer().file("a", "CONTENT").archive()));
        broken.add(Arrays.copyOf(good, good.length / 2));
        broken.add(Arrays.copyOf(good, good.length + 5));
        broken.add(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd});
        broken.add(new byte[0]);
        for (byte[] content : broken) {
            files.put(layer, content);
            Path tar = TestImage.tar(dir.resolve("broken.tar"), files);
            assertThatThrownBy(() -> cache.open(tar, Optional.empty())).isInstanceOf(ImageException.class);
            assertThat(cache.list()).isEmpty();
        }
        files.put(layer, good);
        cache.open(TestImage.tar(dir.resolve("good.tar"), files), Optional.empty())
                .close();
        assertThat(cache.list()).hasSize(1);
    }

    @Test
    void aCacheThatOthersCanWriteIsRefused() throws IOException {
        Files.createDirectory(caches);
        Files.setPosixFilePermissions(caches, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> unpack(new Layer()))
                .hasMessageContaining("make it a directory of user 0 with mode 0700");
        Files.delete(caches);
        Files.createSymbolicLink(caches, Files.createDirectory(dir.resolve("mine")));
        assertThatThrownBy(() -> unpack(new Layer())).isInstanceOf(ImageException.class);
    }

    @Test
    void manyAtOnceUnpackOnceAndKeepWhatTheyUse() throws Exception {
        Layer layer = new Layer();
        for (int i = 0; i < 200; i++) {
            layer.file("d/" + i, "x");
        }
        Path tar = TestImage.tar(
                dir.resolve("image.tar"), new TestImage().layer(layer).saved("v1"));
        List<ImageCache.Held> held = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Callable<ImageCache.Held> open = () -> new ImageCache(caches, PLACES).open(tar, Optional.empty());
            for (Future<ImageCache.Held> each : threads.invokeAll(List.of(open, open, open, open))) {
                held.add(each.get());
            }
        }
        assertThat(held.getFirst().root().resolve("d")).isDirectoryContaining("glob:**/199");
        held.removeLast().close();
        assertThat(cache.removeUnused()).as("while others use it").isEmpty();
        held.forEach(ImageCache.Held::close);
        assertThat(cache.removeUnused()).hasSize(1);
        assertThat(cache.list()).isEmpty();
    }

    /** An engine that gives images as docker does, and counts how often it is asked. */
    private static final class Engine implements StoredImage.Whole {
        final AtomicInteger saved = new AtomicInteger();
        private final TestImage image;
        private final byte[] tar;

        Engine(TestImage image, byte[] tar) {
            this.image = image;
            this.tar = tar;
        }

        @Override
        public String description() {
            return "image it of an engine";
        }

        @Override
        public String id() {
            return "sha256:" + TestImage.digest(image.config());
        }

        @Override
        public List<String> environment() {
            return List.of("PATH=/said");
        }

        @Override
        public void save(OutputStream to) throws IOException {
            saved.incrementAndGet();
            to.write(tar);
        }
    }

    @Test
    void anEngineIsAskedForAnImageOnce() throws IOException {
        TestImage image = new TestImage().layer(new Layer().file("a", "x"));
        Path tar = TestImage.tar(dir.resolve("it.tar"), image.saved("it"));
        Engine engine = new Engine(image, Files.readAllBytes(tar));
        assertThat(cache.describe(engine).unpacked()).isFalse();
        assertThat(caches).doesNotExist();
        for (int i = 0; i < 2; i++) {
            try (ImageCache.Held held = cache.open(engine)) {
                assertThat(held.root().resolve("a")).hasContent("x");
            }
        }
        assertThat(engine.saved).hasValue(1);
        assertThat(cache.describe(engine).unpacked()).isTrue();

        TestImage other = new TestImage().layer(new Layer().file("b", "x"));
        Engine broken = new Engine(other, Arrays.copyOf(Files.readAllBytes(tar), 700));
        assertThatThrownBy(() -> cache.open(broken))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("image it of an engine");
        cache = new ImageCache(caches, PLACES, new LayerUnpacker.Bounds(10, 10));
        Engine endless = new Engine(other, new byte[2 << 20]);
        assertThatThrownBy(() -> cache.open(endless)).hasMessageContaining("larger than an image may be");
        try (Stream<Path> left = Files.list(caches)) {
            assertThat(left).as("the first one and its lock").hasSize(2);
        }
    }

    @Test
    void anImageInPartsIsReadFromItsEngine() throws IOException {
        Map<String, byte[]> files =
                new TestImage().layer(new Layer().file("a", "x")).layout("v1");
        StoredImage.InParts parts = new StoredImage.InParts() {
            @Override
            public String description() {
                return "image it of an engine";
            }

            @Override
            public byte[] index() {
                return Objects.requireNonNull(files.get("index.json"));
            }

            @Override
            public InputStream open(String digest) throws IOException {
                byte[] part = files.get("blobs/sha256/" + digest.substring("sha256:".length()));
                if (part == null) {
                    throw new IOException("it was discarded");
                }
                return new ByteArrayInputStream(part);
            }
        };
        try (ImageCache.Held held = cache.open(parts)) {
            assertThat(held.root().resolve("a")).hasContent("x");
            assertThat(held.environment()).containsExactly("PATH=/tools/bin");
        }
        cache.removeUnused();
        files.remove(files.keySet().iterator().next()); // its layer
        assertThat(cache.describe(parts).unpacked()).isFalse();
        assertThatThrownBy(() -> cache.open(parts)).hasMessageContaining("it was discarded");
        assertThat(cache.list()).isEmpty();
    }

    @Test
    void whatAKilledProgramLeftIsNotTakenForWhole() throws Exception {
        // A layer that does not end soon: the archive goes on behind the file that the test waits for.
        Layer layer = new Layer().file("first", "x");
        byte[] much = new byte[64 << 20];
        layer.file("last", 0644, 0, 0, much);
        Path tar = TestImage.tar(
                dir.resolve("large.tar"), new TestImage().layer(layer).layout("v1"));
        Process other = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Unpack.class.getName(),
                        caches.toString(),
                        tar.toString())
                .inheritIO()
                .start();
        while (unfinished().isEmpty() && other.isAlive()) {
            Thread.onSpinWait();
        }
        other.destroyForcibly().waitFor();
        assertThat(unfinished()).as("killed in the middle").isPresent();
        assertThat(cache.list()).isEmpty();
        // another image's user clears it away, too
        try (ImageCache.Held held = unpack(new Layer().file("a", "x"))) {
            assertThat(held.root().resolve("a")).exists();
        }
        assertThat(unfinished()).isEmpty();
        try (ImageCache.Held held = cache.open(tar, Optional.empty())) {
            assertThat(held.root().resolve("last")).hasSize(much.length);
        }
    }

    private Optional<Path> unfinished() throws IOException {
        if (!Files.exists(caches)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.list(caches)) {
            return all.filter(p -> p.toString().endsWith(".partial") && Files.exists(p.resolve("first")))
                    .findFirst();
        }
    }

    /** Unpacks an image in a program of its own: cache, file. */
    static final class Unpack {
        private Unpack() {}

        public static void main(String[] args) {
            new ImageCache(Path.of(args[0]), PLACES)
                    .open(Path.of(args[1]), Optional.empty())
                    .close();
        }
    }
}
