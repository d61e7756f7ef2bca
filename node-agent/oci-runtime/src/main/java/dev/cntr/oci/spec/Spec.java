package dev.cntr.oci.spec;

import dev.cntr.oci.OciException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a container is to be: {@code config.json}.
 *
 * @param bundle the directory it was read from; relative paths start there
 */
public record Spec(
        Path bundle,
        String version,
        ProcessSpec process,
        RootSpec root,
        Optional<String> hostname,
        Optional<String> domainname,
        List<MountSpec> mounts,
        LinuxSpec linux,
        Map<String, String> annotations) {
    /** The version of the specification that is followed. */
    public static final String VERSION = "1.2.0";

    private static final long LONGEST = 8 << 20;

    public Spec {
        mounts = List.copyOf(mounts);
        annotations = Map.copyOf(annotations);
    }

    /** The root file system. */
    public record RootSpec(String path, boolean readonly) {
        static RootSpec read(JsonObject json) {
            RootSpec root = new RootSpec(json.requiredString("path"), json.flag("readonly"));
            json.refuseTheRest();
            return root;
        }
    }

    /** Reads a bundle's {@code config.json}. */
    public static Spec read(Path bundle) {
        Path file = bundle.toAbsolutePath().normalize().resolve("config.json");
        try {
            if (Files.size(file) > LONGEST) {
                throw new OciException(file + " is larger than " + (LONGEST >> 20) + " MiB");
            }
            return parse(file.getParent(), Files.readAllBytes(file));
        } catch (IOException e) {
            throw new OciException(
                    "cannot read " + file + ": " + e.getMessage() + "; name the bundle with --bundle", e);
        }
    }

    static Spec parse(@Nullable Path bundle, byte[] bytes) {
        JsonObject json = JsonObject.parse("config.json", bytes);
        String version = json.requiredString("ociVersion");
        if (!version.matches("1\\.[0-9]+\\.[0-9]+([-+].*)?")) {
            throw new OciException(
                    "config.json: ociVersion " + version + " is not known; 1.0.0 to " + VERSION + " are");
        }
        Spec spec = new Spec(
                bundle == null ? Path.of("/") : bundle,
                version,
                json.object("process", ProcessSpec::read)
                        .orElseThrow(() -> new OciException("config.json: process is missing")),
                json.object("root", RootSpec::read).orElseThrow(() -> new OciException("config.json: root is missing")),
                json.string("hostname").filter(s -> !s.isEmpty()),
                json.string("domainname").filter(s -> !s.isEmpty()),
                json.objects("mounts", MountSpec::read),
                json.object("linux", LinuxSpec::read).orElse(LinuxSpec.NOTHING),
                json.object("annotations", JsonObject::asStrings).orElse(Map.of()));
        json.refuseTheRest();
        return spec;
    }

    /** The root file system's directory. */
    public Path rootfs() {
        return bundle.resolve(root.path()).normalize();
    }
}
