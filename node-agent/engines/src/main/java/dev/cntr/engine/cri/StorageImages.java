package dev.cntr.engine.cri;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.MountableImage;
import dev.cntr.engine.NodeImages;
import dev.cntr.engine.RegistryLogin;
import dev.cntr.engine.cri.CriProto.FilesystemUsage;
import dev.cntr.engine.cri.CriProto.ImageFsInfoRequest;
import dev.cntr.engine.cri.CriProto.ImageSpec;
import dev.cntr.engine.cri.CriProto.ImageStatusRequest;
import dev.cntr.engine.rest.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The images of a node whose runtime is CRI-O: it keeps them by the library containers/storage, whose files say which directories an image is made of. CRI tells where these are,
 * and what an image's configuration is. Nothing in CRI holds an image: one that is removed while it is in use loses its files. The kubelet does that when the disk is full, to images
 * that no container has.
 *
 * @param cri the runtime's own way to images
 * @param root the root directory of the machine that the runtime runs on, as this program sees it
 */
public record StorageImages(CriImages cri, Path root) implements NodeImages {
    private static final String IMAGES = "-images";
    private static final String OVERLAY = "overlay";
    private static final String VFS = "vfs";

    @Override
    public String pulled(String reference, List<RegistryLogin> logins, Runnable pulls) {
        return cri.pulled(reference, logins, pulls);
    }

    @Override
    public MountableImage hold(String id, String reference) {
        String description = "image " + reference + " of CRI-O";
        List<String> environment = environment(id, reference);
        Path store = store();
        try {
            return new MountableImage(description, environment, layers(store, id, description), () -> {});
        } catch (NoSuchFileException e) {
            throw new EngineException.NotFound(description + ", " + id + ", is not whole below " + store
                    + ", where CRI-O says that it keeps its images: there is no " + e.getFile()
                    + ". Was it removed meanwhile, or is it in an additional image store? Then name another image");
        } catch (IOException e) {
            throw new EngineException.Unsupported(
                    "the files that say what " + description + " is made of are not understood: " + e.getMessage(), e);
        }
    }

    @Override
    public MountableImage holdImageOf(String containerId) {
        throw new EngineException.Unsupported(
                "nothing in CRI-O holds an image that no container has: the image of container " + containerId
                        + " may be removed",
                null);
    }

    @Override
    public void releaseLeftovers(Predicate<String> lives) {
        // nothing is held
    }

    /** By its verbose ImageStatus ({@code server/image_status.go} of CRI-O). */
    private List<String> environment(String id, String reference) {
        ImageStatusRequest request = ImageStatusRequest.newBuilder()
                .setImage(ImageSpec.newBuilder().setImage(id))
                .setVerbose(true)
                .build();
        String info = cri.channel().call(CriCalls.IMAGE_STATUS, request).getInfoOrDefault("info", "{}");
        try {
            return Json.parse(info.getBytes(StandardCharsets.UTF_8))
                    .at("imageSpec", "config", "Env")
                    .elements()
                    .stream()
                    .map(Json::text)
                    .toList();
        } catch (IOException e) {
            throw new EngineException.Unsupported(
                    "the configuration of image " + reference + ", " + id + ", is not understood: " + e.getMessage(),
                    e);
        }
    }

    /** Where the images are, as the runtime sees it: {@code STORAGE/DRIVER-images}. */
    private Path store() {
        return cri
                .channel()
                .call(CriCalls.IMAGE_FS_INFO, ImageFsInfoRequest.getDefaultInstance())
                .getImageFilesystemsList()
                .stream()
                .map(FilesystemUsage::getFsId)
                .map(fs -> Path.of(fs.getMountpoint()))
                .filter(path -> path.toString().endsWith(IMAGES) && path.isAbsolute())
                .findFirst()
                .orElseThrow(() -> new EngineException.Unsupported(
                        "the container runtime does not tell where its images are, as CRI-O does (ImageFsInfo)", null));
    }

    /** The directories of an image, the uppermost first, as the runtime sees them. */
    private List<Path> layers(Path store, String id, String description) throws IOException {
        String name = String.valueOf(store.getFileName());
        String driver = name.substring(0, name.length() - IMAGES.length());
        Path storage = store.resolveSibling(driver);
        String top = top(store, id);
        return switch (driver) {
            case OVERLAY -> overlay(storage, top, description);
            case VFS -> List.of(storage.resolve("dir").resolve(top)); // each has all that is below it as well
            default ->
                throw new EngineException.Unsupported(
                        "CRI-O keeps " + description + " by the storage driver " + driver + ", and not by " + OVERLAY
                                + " or " + VFS + ": its layers are no directories",
                        null);
        };
    }

    /** The uppermost layer of an image. */
    private String top(Path store, String id) throws IOException {
        Path images = store.resolve("images.json");
        return Json.parse(Files.readAllBytes(here(images))).elements().stream()
                .filter(image -> image.at("id").text().equals(id))
                .map(image -> image.at("layer").text())
                .filter(layer -> layer.matches("[0-9a-f]+"))
                .findFirst()
                .orElseThrow(() -> new NoSuchFileException("entry of it in " + images));
    }

    /** What the driver itself lays over each other ({@code drivers/overlay} of containers/storage): the file {@code lower} of a layer names those below by short links. */
    private List<Path> overlay(Path storage, String top, String description) throws IOException {
        Path uppermost = storage.resolve(top);
        if (Files.exists(here(uppermost.resolve("composefs-data")))) {
            throw new EngineException.Unsupported(
                    "CRI-O keeps " + description + " by composefs: its layers are no directories", null);
        }
        List<Path> layers = new ArrayList<>();
        layers.add(present(uppermost.resolve("diff")));
        Path lower = here(uppermost.resolve("lower"));
        if (Files.exists(lower)) {
            for (String link : Files.readString(lower).strip().split(":")) {
                layers.add(present(storage.resolve(link)));
            }
        }
        return layers;
    }

    private Path present(Path directory) throws NoSuchFileException {
        if (!Files.isDirectory(here(directory))) {
            throw new NoSuchFileException(directory.toString());
        }
        return directory;
    }

    private Path here(Path path) {
        return root.resolve(Path.of("/").relativize(path));
    }
}
