package dev.cntr.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFileTest {
    @TempDir
    Path dir;

    private final TestImage image =
            new TestImage().layer(new Layer().file("a", "1")).layer(new Layer().file("b", "2"));

    private ImageCache.Described describe(Path file, String tag) {
        return new ImageCache(dir.resolve("cache"), ImageCache.MountPoints.NONE)
                .describe(file, tag.isEmpty() ? Optional.empty() : Optional.of(tag));
    }

    private static String index(Map<String, byte[]> files) {
        return utf8(Objects.requireNonNull(files.get("index.json")));
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void oneImageInAllItsForms() throws IOException {
        Path layout = TestImage.directory(dir.resolve("layout"), image.layout("v1"));
        Path tar = TestImage.tar(dir.resolve("oci.tar"), image.layout("v1"));
        Path saved = TestImage.tar(dir.resolve("saved.tar"), image.saved("tools:v1"));
        String id = "sha256:" + TestImage.digest(image.config());
        for (Path file : List.of(layout, tar, saved)) {
            for (String tag : List.of("", "v1")) {
                ImageCache.Described described = describe(file, tag);
                assertThat(described.id()).isEqualTo(id);
                assertThat(described.environment()).containsExactly("PATH=/tools/bin");
                assertThat(described.unpacked()).isFalse();
            }
            assertThatThrownBy(() -> describe(file, "v2"))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("v2");
        }
        assertThat(dir.resolve("cache")).doesNotExist();
    }

    @Test
    void whichOneOfSeveralHasToBeSaid() throws IOException {
        TestImage other = new TestImage().layer(new Layer().file("c", "3"));
        Map<String, byte[]> files = new LinkedHashMap<>(image.layout("one"));
        files.putAll(other.layout("two"));
        String first = index(image.layout("one")).replaceAll(".*\\[(.*)\\].*", "$1");
        String both = index(files).replace("[", "[" + first + ",");
        files.put("index.json", both.getBytes(StandardCharsets.UTF_8));
        Path tar = TestImage.tar(dir.resolve("both.tar"), files);
        assertThatThrownBy(() -> describe(tar, ""))
                .hasMessageContaining("2 images")
                .hasMessageContaining("one, two");
        assertThat(describe(tar, "two").id()).isEqualTo("sha256:" + TestImage.digest(other.config()));
    }

    @Test
    void whatIsNoImageIsSaid() throws IOException {
        assertThatThrownBy(() -> describe(dir.resolve("none"), "")).hasMessageContaining("there is no image");
        Path text = Files.writeString(dir.resolve("text"), "no archive at all".repeat(100));
        assertThatThrownBy(() -> describe(text, "")).hasMessageContaining("is no archive of an image");
        Path empty = Files.createDirectory(dir.resolve("empty"));
        assertThatThrownBy(() -> describe(empty, "")).hasMessageContaining("neither index.json");
        Path packed = Files.write(dir.resolve("packed.tar.gz"), TestImage.gzip(new Layer().archive()));
        assertThatThrownBy(() -> describe(packed, "")).hasMessageContaining("not compressed");
        Path cut = TestImage.tar(dir.resolve("cut.tar"), image.saved("x"));
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 700));
        assertThatThrownBy(() -> describe(cut, "")).isInstanceOf(ImageException.class);
    }

    @Test
    void aConfigurationThatIsNotWhatItsDigestSaysIsRefused() throws IOException {
        Map<String, byte[]> files = image.saved("x");
        files.replaceAll((name, content) -> name.endsWith(".json") && !name.startsWith("manifest")
                ? utf8(content).replace("/tools/bin", "/evils/bin").getBytes(StandardCharsets.UTF_8)
                : content);
        Path tar = TestImage.tar(dir.resolve("forged.tar"), files);
        assertThatThrownBy(() -> describe(tar, "")).hasMessageContaining("is corrupt: its digest is");
    }

    @Test
    void anImageOfAnotherArchitectureIsRefused() throws IOException {
        Path tar = TestImage.tar(dir.resolve("s390x.tar"), new TestImage("s390x").saved("x"));
        assertThatThrownBy(() -> describe(tar, ""))
                .hasMessageContaining("it is for linux/s390x, this machine is linux/");
    }

    @Test
    void aManifestThatNamesFilesElsewhereReachesNothing() throws IOException {
        Path secret = Files.writeString(dir.resolve("secret"), "{}");
        Path layout = dir.resolve("elsewhere");
        for (String config : List.of(secret.toString(), "../secret")) {
            byte[] manifest = ("[{\"Config\":\"" + config + "\",\"Layers\":[]}]").getBytes(StandardCharsets.UTF_8);
            TestImage.directory(layout, Map.of("manifest.json", manifest));
            assertThatThrownBy(() -> describe(layout, "")).hasMessageContaining("has no file");
        }
    }
}
