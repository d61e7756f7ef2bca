package dev.cntr.fuse.differential;

import static org.assertj.core.api.Assertions.fail;

import dev.cntr.fuse.Mounted;
import dev.cntr.fuse.PrivateNamespace;
import dev.cntr.fuse.TreeOptions;
import dev.cntr.fuse.passthrough.Timeouts;
import dev.cntr.linux.mount.FileSystemContext;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountAttribute;
import dev.cntr.linux.mount.UmountFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random calls, made by root and by others, give through the mount what they give natively, and leave the same behind. The same
 * few hundred sequences each time; {@code -Dcntr.differential.minutes=N} goes on with others for as long, and
 * {@code -Dcntr.differential.seed=S} begins with the one that a failure has named.
 */
@ParameterizedClass
@EnumSource
@ExtendWith(PrivateNamespace.class)
class DifferentialIT {
    /** What the tree is on, and how it is served. Nothing changes it from outside, so time-outs may be long: what is stale stays so. */
    enum Setting {
        PASSTHROUGH(true, 2, Duration.ofHours(1)),
        CACHED(true, 3, Duration.ofHours(1)),
        NOTHING_KEPT(true, 2, Duration.ZERO),
        ON_DISK(false, 2, Duration.ofHours(1)),
        WATCHED(true, 2, Duration.ofSeconds(1)),
        WRITEBACK(true, 3, Duration.ofHours(1));

        private final boolean inMemory;
        private final int depth;
        private final Duration validity;

        Setting(boolean inMemory, int depth, Duration validity) {
            this.inMemory = inMemory;
            this.depth = depth;
            this.validity = validity;
        }
    }

    private static final int SEQUENCES = 100;
    private static final int LENGTH = 250;

    private final Setting setting;

    @TempDir
    Path temporary;

    private Mounted mounted;
    private Twins twins;

    DifferentialIT(Setting setting) {
        this.setting = setting;
    }

    @BeforeEach
    void mount() throws IOException {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Mount trees = setting.inMemory ? tmpfs() : Mount.clone(temporary.toString(), Mount.Extent.ONE)) {
            trees.set(Mount.Extent.ONE, MountAttribute.MOUNT_ATTR_NOSUID, MountAttribute.MOUNT_ATTR_NODEV);
            trees.attach(temporary.toString());
        }
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Files.writeString(backing.resolve("probe"), "a file to try passthrough with");
        Timeouts timeouts = new Timeouts(setting.validity, setting.validity, setting.validity);
        TreeOptions options =
                TreeOptions.host(backing).withMaxStackDepth(setting.depth).withTimeouts(timeouts);
        mounted = Mounted.of(setting == Setting.WRITEBACK ? options.withExclusive() : options, temporary);
        Path nativeTree = Files.createDirectories(temporary.resolve("native"));
        boolean passedThrough = mounted.mount().report().dataPath().isPassthrough();
        twins = new Twins(nativeTree, backing, mounted.point(), passedThrough, Actor.all());
    }

    private static Mount tmpfs() {
        try (FileSystemContext context = FileSystemContext.open("tmpfs")) {
            return context.set("mode", "0755").mount();
        }
    }

    @AfterEach
    void unmount() {
        twins.actors().values().forEach(Actor::close);
        mounted.close();
        Mount.unmount(temporary.toString(), UmountFlag.MNT_DETACH);
    }

    @Test
    void givesWhatTheTreeItselfGives() throws IOException {
        long minutes = Long.getLong("cntr.differential.minutes", 0);
        long seed = Long.getLong("cntr.differential.seed", minutes > 0 ? new Random().nextInt() : 1);
        long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos() / Setting.values().length;
        for (int done = 0; done < SEQUENCES || System.nanoTime() < end; done++, seed++) {
            Optional<Twins.Difference> difference = twins.run(sequence(seed));
            if (difference.isPresent()) {
                report(seed, twins.shrink(difference.get()));
            }
        }
    }

    private static List<Step> sequence(long seed) {
        Generator generator = new Generator(seed);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < LENGTH; i++) {
            steps.add(generator.next());
        }
        return steps;
    }

    private void report(long seed, Twins.Difference difference) {
        String steps = difference.steps().stream().map(Step::toString).collect(Collectors.joining("\n"));
        fail("-Dcntr.differential.seed=" + seed + " (" + setting + ")\n" + steps + "\n" + difference.what());
    }
}
