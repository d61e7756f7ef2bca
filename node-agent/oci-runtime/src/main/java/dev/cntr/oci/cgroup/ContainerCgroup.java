package dev.cntr.oci.cgroup;

import dev.cntr.linux.proc.MountInfo;
import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.oci.OciException;
import dev.cntr.oci.spec.Resources;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A container's cgroup in every hierarchy that is mounted here.
 *
 * @param hierarchies its directory in each
 */
public record ContainerCgroup(List<Hierarchy> hierarchies) {
    /** What a container may use whatever its rules say: nodes may be made, and the devices of every container used. */
    private static final List<String> ALWAYS = List.of(
            "c *:* m",
            "b *:* m",
            "c 1:3 rwm",
            "c 1:5 rwm",
            "c 1:7 rwm",
            "c 1:8 rwm",
            "c 1:9 rwm",
            "c 5:0 rwm",
            "c 5:2 rwm",
            "c 136:* rwm");

    private static final int REMOVE_ATTEMPTS = 100;

    /**
     * The container's directory in one hierarchy.
     *
     * @param name of the hierarchy's directory under /sys/fs/cgroup
     * @param controllers empty for v2
     */
    public record Hierarchy(String name, List<String> controllers, Path directory) {
        public Hierarchy {
            controllers = List.copyOf(controllers);
        }

        boolean v2() {
            return controllers.isEmpty();
        }
    }

    public ContainerCgroup {
        hierarchies = List.copyOf(hierarchies);
    }

    /** Where a container's cgroups are to be, made or not. */
    public static ContainerCgroup at(String id, Optional<String> cgroupsPath) {
        String path = cgroupsPath.orElse("/cntr-oci-" + id);
        if (path.contains(":") || Path.of(path).normalize().startsWith("..")) {
            throw new OciException("config.json: linux.cgroupsPath " + path
                    + " is not a path of the cgroupfs driver, which is the only one implemented");
        }
        Path relative = Path.of("/").relativize(Path.of("/").resolve(path).normalize());
        List<Hierarchy> hierarchies = new ArrayList<>();
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            for (MountInfo mount : self.mounts()) {
                Path top = Path.of(mount.mountPoint());
                String name = top.getFileName() == null ? "" : top.getFileName().toString();
                if (mount.type().equals("cgroup")) {
                    hierarchies.add(new Hierarchy(name, mount.superOptions(), top.resolve(relative)));
                } else if (mount.type().equals("cgroup2")) {
                    hierarchies.add(new Hierarchy(name, List.of(), top.resolve(relative)));
                }
            }
        }
        if (hierarchies.stream().allMatch(Hierarchy::v2)) {
            throw new OciException("cntr-oci needs cgroup v1 or hybrid hierarchies; "
                    + (hierarchies.isEmpty() ? "none is mounted here" : "cgroup v2 alone is not implemented yet"));
        }
        return new ContainerCgroup(hierarchies);
    }

    /** Makes the directories, and sets the limits. */
    public void create(Resources resources) {
        for (Hierarchy h : hierarchies) {
            try {
                Files.createDirectories(h.directory());
                if (h.controllers().contains("cpuset")) {
                    inherit(h.directory(), "cpuset.cpus");
                    inherit(h.directory(), "cpuset.mems");
                }
            } catch (IOException e) {
                throw new OciException("cannot make the cgroup " + h.directory() + ": " + e.getMessage(), e);
            }
        }
        resources
                .files()
                .forEach((file, value) ->
                        write(of(file.substring(0, file.indexOf('.'))).resolve(file), value));
        if (!resources.devices().isEmpty()) {
            Path devices = of("devices");
            for (Resources.DeviceRule rule : resources.devices()) {
                boolean all = rule.rule().startsWith("a ");
                write(devices.resolve(rule.allow() ? "devices.allow" : "devices.deny"), all ? "a" : rule.rule());
            }
            ALWAYS.forEach(rule -> write(devices.resolve("devices.allow"), rule));
        }
    }

    /** A new cpuset is empty, and nothing can join an empty one: it gets what its parent has, from the top down. */
    private static void inherit(Path directory, String file) throws IOException {
        Path own = directory.resolve(file);
        if (Files.exists(own) && Files.readString(own).isBlank()) {
            Path parent = directory.getParent();
            if (parent != null) {
                inherit(parent, file);
                Files.writeString(own, Files.readString(parent.resolve(file)).strip());
            }
        }
    }

    private Path of(String controller) {
        return hierarchies.stream()
                .filter(h -> h.controllers().contains(controller))
                .findFirst()
                .map(Hierarchy::directory)
                .orElseThrow(() -> new OciException("config.json: linux.resources asks for the cgroup controller "
                        + controller + ", which is not mounted here"));
    }

    private static void write(Path file, String value) {
        try {
            Files.writeString(file, value);
        } catch (IOException e) {
            throw new OciException("cannot write " + value + " to " + file + ": " + e.getMessage(), e);
        }
    }

    /** Moves a process into it. */
    public void join(int pid) {
        for (Hierarchy h : hierarchies) {
            try {
                Files.writeString(h.directory().resolve("cgroup.procs"), Integer.toString(pid));
            } catch (IOException e) {
                if (!h.v2()) { // beside v1, v2 has only a label's job
                    throw new OciException("cannot join the cgroup " + h.directory() + ": " + e.getMessage(), e);
                }
            }
        }
    }

    /** The processes in it. */
    public List<Integer> processes() {
        for (Hierarchy h : hierarchies) {
            if (!h.v2()) {
                try {
                    return Files.readAllLines(h.directory().resolve("cgroup.procs")).stream()
                            .map(Integer::valueOf)
                            .toList();
                } catch (NoSuchFileException e) {
                    // removed, or made only in part
                } catch (IOException e) {
                    throw new OciException("cannot read the processes of " + h.directory() + ": " + e.getMessage(), e);
                }
            }
        }
        return List.of();
    }

    /** Removes the directories; what is not there is no error. Processes in it must be dead: they may take a while to leave. */
    public void remove() {
        for (Hierarchy h : hierarchies) {
            for (int attempt = 1; ; attempt++) {
                try {
                    removeTree(h.directory());
                    break;
                } catch (IOException e) {
                    if (attempt == REMOVE_ATTEMPTS) {
                        throw new OciException("cannot remove the cgroup " + h.directory() + ": " + e.getMessage(), e);
                    }
                    pause();
                }
            }
        }
    }

    /** With the cgroups that the container made below its own. Files of a cgroup go with it. */
    private static void removeTree(Path directory) throws IOException {
        try (var entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path entry : entries) {
                removeTree(entry);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            throw new FileSystemException(directory.toString(), null, "it has processes or cgroups in it");
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
