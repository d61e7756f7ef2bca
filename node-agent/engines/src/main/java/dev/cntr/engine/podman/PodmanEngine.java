package dev.cntr.engine.podman;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.Match;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.StoredImage;
import dev.cntr.engine.docker.DockerApi;
import dev.cntr.engine.process.ProcessTable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The podmans of all users of this machine that may be looked at. */
public final class PodmanEngine implements Engine {
    public static final String NAME = "podman";

    private static final Path ROOTS = Path.of("/run/podman/podman.sock");
    private static final Path USERS = Path.of("/run/user");
    private static final List<Path> PROGRAMS = List.of(Path.of("/usr/bin/podman"), Path.of("/usr/local/bin/podman"));

    private final List<Service> services;
    private final Supplier<ProcessTable> processes;
    private final boolean installed;

    /**
     * A socket of podman's service.
     *
     * @param user whose containers it can have; empty for root, who can have any
     */
    record Service(Path socket, Optional<Integer> user) {
        DockerApi api() {
            return new DockerApi(NAME, socket);
        }
    }

    PodmanEngine(List<Service> services, Supplier<ProcessTable> processes, boolean installed) {
        this.services = services;
        this.processes = processes;
        this.installed = installed;
    }

    /** Those of this machine. */
    public static PodmanEngine find() {
        return new PodmanEngine(
                services(ROOTS, USERS), ProcessTable::read, PROGRAMS.stream().anyMatch(Files::exists));
    }

    static List<Service> services(Path roots, Path users) {
        List<Service> services = new ArrayList<>();
        if (Files.exists(roots)) {
            services.add(new Service(roots, Optional.empty()));
        }
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(users, "[0-9]*")) {
            for (Path directory : directories) {
                Path socket = directory.resolve("podman/podman.sock");
                if (Files.exists(socket)) {
                    int user = Integer.parseUnsignedInt(directory.getFileName().toString());
                    services.add(new Service(socket, Optional.of(user)));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return services; // nobody is logged in
        }
        return services;
    }

    @Override
    public String version() {
        return services.isEmpty()
                ? NAME + " (no service)"
                : services.getFirst().api().version();
    }

    @Override
    public RunningContainer running(String id) {
        return running(Match.one(
                NAME, id, list().stream().filter(c -> c.ref().id().equals(id)).toList()));
    }

    @Override
    public RunningContainer find(String reference) {
        return running(Match.one(NAME, reference, list()));
    }

    private RunningContainer running(ContainerRef ref) {
        for (Service service : services) {
            try {
                return checked(service.api().running(ref.id()), service);
            } catch (EngineException.NotFound | EngineException.Unreachable | EngineException.Absent e) {
                continue; // another's, or its monitor knows it
            }
        }
        return Monitors.of(processes.get()).containers().stream()
                .filter(m -> m.ref().equals(ref))
                .findFirst()
                .map(Monitors.Monitored::running)
                .orElseThrow(() -> new EngineException.NotFound(NAME, ref.id()));
    }

    /** A user's service can say anything: what it says is believed only of that user's processes. */
    private static RunningContainer checked(RunningContainer container, Service service) {
        Optional<Integer> monitorsOwner =
                ProcessTable.one(container.pid()).flatMap(p -> ProcessTable.owner(p.parent()));
        if (service.user().isPresent() && !monitorsOwner.equals(service.user())) {
            throw new EngineException.Unsupported(
                    service.socket() + " says that " + container.ref() + " is process " + container.pid()
                            + ", whose parent is not a process of user "
                            + Integer.toUnsignedString(service.user().get()) + ": not believed",
                    null);
        }
        return container;
    }

    @Override
    public List<ListedContainer> list() {
        Map<String, ListedContainer> containers = new LinkedHashMap<>();
        List<EngineException> failures = new ArrayList<>();
        for (Service service : services) {
            try {
                service.api().list().forEach(c -> containers.putIfAbsent(c.ref().id(), c));
            } catch (EngineException e) {
                failures.add(e);
            }
        }
        Monitors.of(processes.get())
                .containers()
                .forEach(m -> containers.putIfAbsent(m.ref().id(), m.listed()));
        if (containers.isEmpty() && !failures.isEmpty()) {
            throw failures.getFirst();
        }
        if (containers.isEmpty() && services.isEmpty() && !installed) {
            throw new EngineException.Absent(
                    "podman is not installed: there is neither a socket of its service, nor a monitor of a container, nor "
                            + PROGRAMS.getFirst());
        }
        return List.copyOf(containers.values());
    }

    /**
     * An image of root's podman, by name or id. Those of other users are not looked at: what becomes the root of another
     * user's processes is not for them to choose.
     *
     * @throws EngineException.NotFound where it has none
     * @throws EngineException.Absent where its service does not run
     */
    public StoredImage image(String reference) {
        return services.stream()
                .filter(service -> service.user().isEmpty())
                .findFirst()
                .orElseThrow(() ->
                        new EngineException.Absent("the service of root's podman does not run: there is no socket "
                                + ROOTS + "; start podman.socket, or" + " give the file that podman save writes"))
                .api()
                .image(reference);
    }

    @Override
    public void close() {}
}
