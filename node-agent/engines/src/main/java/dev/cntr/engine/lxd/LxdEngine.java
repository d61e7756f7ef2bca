package dev.cntr.engine.lxd;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.Match;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.rest.Json;
import dev.cntr.engine.rest.RestSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Containers, not virtual machines, of LXD or Incus, of all projects. An id is {@code NAME} or {@code PROJECT/NAME}. */
public final class LxdEngine implements Engine {
    public static final String NAME = "lxd";

    private static final List<Path> CANDIDATES = List.of(
            Path.of("/var/lib/lxd/unix.socket"),
            Path.of("/var/snap/lxd/common/lxd/unix.socket"),
            Path.of("/var/lib/incus/unix.socket"),
            Path.of("/run/incus/unix.socket"));

    private static final String DEFAULT_PROJECT = "default";
    private static final int NOT_FOUND = 404;

    private final RestSocket socket;

    private LxdEngine(Path socket) {
        this.socket = new RestSocket(NAME, socket);
    }

    /** The daemon on a socket. */
    public static LxdEngine on(Path socket) {
        return new LxdEngine(socket);
    }

    /**
     * The daemon that the engines' own clients would ask, or the one at one of the usual places.
     *
     * @param environment may have LXD_SOCKET or INCUS_SOCKET, a socket; LXD_DIR or INCUS_DIR, the directory of one
     * @throws EngineException.Absent where there is none
     */
    public static LxdEngine of(Map<String, String> environment) {
        for (String engine : List.of("LXD", "INCUS")) {
            String socket = environment.getOrDefault(engine + "_SOCKET", "");
            String directory = environment.getOrDefault(engine + "_DIR", "");
            if (!socket.isEmpty() || !directory.isEmpty()) {
                return on(socket.isEmpty() ? Path.of(directory, "unix.socket") : Path.of(socket));
            }
        }
        return on(CANDIDATES.stream()
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new EngineException.Absent("neither LXD nor Incus is installed or running: none of "
                        + CANDIDATES.stream().map(Path::toString).collect(Collectors.joining(", ")) + " exists")));
    }

    @Override
    public String version() {
        Json environment = ask("/1.0").body().at("metadata", "environment");
        return environment.at("server").text() + " "
                + environment.at("server_version").text();
    }

    @Override
    public RunningContainer running(String id) {
        int slash = id.indexOf('/');
        String name = encoded(id.substring(slash + 1));
        String project = slash < 0 ? DEFAULT_PROJECT : encoded(id.substring(0, slash));
        RestSocket.Answer answer = socket.get("/1.0/instances/" + name + "/state?project=" + project);
        if (answer.status() == NOT_FOUND) {
            throw new EngineException.NotFound(NAME, id);
        }
        Json state = checked(answer).body().at("metadata");
        ContainerRef ref = new ContainerRef(NAME, id, id);
        String word = state.at("status").text();
        if (!word.equals("Running") || state.at("pid").whole() <= 0) {
            throw new EngineException.NotRunning(ref, "it is " + word);
        }
        return new RunningContainer(ref, Math.toIntExact(state.at("pid").whole()), "", Map.of(), Optional.empty());
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8);
    }

    @Override
    public RunningContainer find(String reference) {
        return running(Match.one(NAME, reference, list()).id());
    }

    @Override
    public List<ListedContainer> list() {
        return ask("/1.0/instances?recursion=1&all-projects=true").body().at("metadata").elements().stream()
                .filter(i -> !i.at("type").text().equals("virtual-machine"))
                .map(LxdEngine::listed)
                .toList();
    }

    private static ListedContainer listed(Json instance) {
        String project = instance.at("project").text();
        String name = instance.at("name").text();
        String id = project.isEmpty() || project.equals(DEFAULT_PROJECT) ? name : project + "/" + name;
        String status = instance.at("status").text();
        return new ListedContainer(
                new ContainerRef(NAME, id, id),
                status.equals("Running"),
                status,
                instance.at("config", "image.description").text());
    }

    private RestSocket.Answer ask(String target) {
        return checked(socket.get(target));
    }

    private RestSocket.Answer checked(RestSocket.Answer answer) {
        if (!answer.ok()) {
            throw new EngineException.Unreachable(
                    "lxd on " + socket.socket() + " refuses to answer: " + answer.status() + " "
                            + answer.body().at("error").text(),
                    null);
        }
        return answer;
    }

    @Override
    public void close() {}
}
