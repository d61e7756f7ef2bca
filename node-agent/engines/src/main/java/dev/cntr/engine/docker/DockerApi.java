package dev.cntr.engine.docker;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.Match;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.StoredImage;
import dev.cntr.engine.rest.Json;
import dev.cntr.engine.rest.RestSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The part of Docker's Engine API that is about containers and images, without a version in its path: each daemon takes its newest. */
public final class DockerApi {
    /** What a name or an id can be; docker's {@code names.RestrictedNameChars}. */
    private static final Pattern REFERENCE = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    /** A repository, perhaps with host, tag or digest, or an id. */
    private static final Pattern IMAGE = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_./:@-]*");

    private static final int NO_SUCH = 404;

    private final RestSocket socket;

    /** Of a daemon on a socket. */
    public DockerApi(String engine, Path socket) {
        this.socket = new RestSocket(engine, socket);
    }

    public String version() {
        return socket.engine() + " " + ask("/version").body().at("Version").text();
    }

    /** See {@link dev.cntr.engine.Engine#running}. */
    public RunningContainer running(String id) {
        Json container = inspect(id);
        if (!container.at("Id").text().equals(id)) {
            throw new EngineException.NotFound(socket.engine(), id);
        }
        return running(container);
    }

    /** By name, id, or the beginning of an id that only one container has. One request, where it is found. */
    public RunningContainer find(String reference) {
        try {
            Json container = inspect(reference);
            return running(container);
        } catch (EngineException.NotFound e) {
            // it says the same of an ambiguous one
            return running(Match.one(socket.engine(), reference, list()).id());
        }
    }

    private Json inspect(String reference) {
        if (!REFERENCE.matcher(reference).matches()) {
            throw new EngineException.NotFound(socket.engine(), reference);
        }
        RestSocket.Answer answer = socket.get("/containers/" + reference + "/json");
        if (answer.ok()) {
            return answer.body();
        }
        if (answer.status() == NO_SUCH || isAmbiguous(answer)) {
            throw new EngineException.NotFound(socket.engine(), reference);
        }
        throw refused(answer);
    }

    /** Docker: 400 "Multiple IDs found with provided prefix"; podman: 500 "more than one result for container name or ID". */
    private static boolean isAmbiguous(RestSocket.Answer answer) {
        String message = answer.body().at("message").text();
        return message.contains("Multiple IDs found") || message.contains("more than one");
    }

    private RunningContainer running(Json container) {
        ContainerRef ref = new ContainerRef(
                socket.engine(),
                container.at("Id").text(),
                plain(container.at("Name").text()));
        Json state = container.at("State");
        long pid = state.at("Pid").whole();
        if (state.at("Paused").isTrue()) {
            throw new EngineException.NotRunning(ref, "it is paused; unpause it first");
        }
        if (!state.at("Running").isTrue() || pid <= 0) {
            String word = state.at("Status").text();
            throw new EngineException.NotRunning(
                    ref,
                    "it is " + word
                            + (word.equals("exited")
                                    ? " with code " + state.at("ExitCode").whole()
                                    : ""));
        }
        return new RunningContainer(
                ref,
                Math.toIntExact(pid),
                container.at("Config", "Image").text(),
                container.at("Config", "Labels").texts(),
                Optional.empty());
    }

    /** Every container, running or not. */
    public List<ListedContainer> list() {
        return ask("/containers/json?all=1").body().elements().stream()
                .map(this::listed)
                .toList();
    }

    private ListedContainer listed(Json c) {
        // with the old links a container has further names, of the form /other/alias
        String name = c.at("Names").elements().stream()
                .map(n -> plain(n.text()))
                .filter(n -> !n.contains("/"))
                .findFirst()
                .orElse("");
        String state = c.at("State").text();
        return new ListedContainer(
                new ContainerRef(socket.engine(), c.at("Id").text(), name),
                state.equals("running"),
                state,
                c.at("Image").text());
    }

    /**
     * An image, by name or id.
     *
     * @throws EngineException.NotFound where it has none
     */
    public StoredImage image(String reference) {
        if (!IMAGE.matcher(reference).matches() || reference.contains("..")) {
            throw new EngineException.NotFound("\"" + reference + "\" is no name of an image");
        }
        RestSocket.Answer answer = socket.get("/images/" + reference + "/json");
        if (answer.status() == NO_SUCH) {
            throw new EngineException.NotFound(socket.engine() + " has no image " + reference);
        }
        if (!answer.ok()) {
            throw refused(answer);
        }
        String id = answer.body().at("Id").text();
        return new DockerImage(
                socket,
                reference,
                id.startsWith("sha256:") ? id : "sha256:" + id,
                answer.body().at("Config", "Env").elements().stream()
                        .map(Json::text)
                        .toList());
    }

    private static String plain(String name) {
        return name.startsWith("/") ? name.substring(1) : name;
    }

    private RestSocket.Answer ask(String target) {
        RestSocket.Answer answer = socket.get(target);
        if (!answer.ok()) {
            throw refused(answer);
        }
        return answer;
    }

    private EngineException refused(RestSocket.Answer answer) {
        return new EngineException.Unreachable(
                socket.engine() + " on " + socket.socket() + " refuses to answer: " + answer.status() + " "
                        + answer.body().at("message").text(),
                null);
    }
}
