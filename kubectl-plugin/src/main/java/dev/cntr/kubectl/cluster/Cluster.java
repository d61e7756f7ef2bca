package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.kubectl.http.HttpClient;
import dev.cntr.kubectl.http.HttpRequest;
import dev.cntr.kubectl.http.HttpResponse;
import dev.cntr.kubectl.http.Streamed;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A connection to the API server of one cluster: JSON over HTTP, with the kubeconfig's TLS, credentials and proxy. */
public final class Cluster implements AutoCloseable {
    private static final String JSON = "application/json";
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REVIEWS = 3;
    private static final Duration BETWEEN_REVIEWS = Duration.ofMillis(300);

    private final HttpClient http;
    private final String url;
    private final String namespace;
    private final Duration requestTimeout;
    private final ObjectMapper mapper = Json.mapper();

    private Cluster(HttpClient http, String url, String namespace, Duration requestTimeout) {
        this.http = http;
        this.url = url.endsWith("/") ? url : url + "/";
        this.namespace = namespace;
        this.requestTimeout = requestTimeout;
    }

    /** Reads the configuration; nothing is sent yet. */
    public static Cluster connect(ClusterOptions options) {
        return connect(ClientConfig.of(options, System.getenv()), options);
    }

    static Cluster connect(Config config, ClusterOptions options) {
        HttpClient http;
        try {
            http = HttpClient.of(config);
        } catch (RuntimeException | GeneralSecurityException | IOException e) {
            throw new CntrException(
                    ExitCode.USAGE,
                    "the kubeconfig's credentials cannot be used: " + Failures.reason(e) + "; try: kubectl config view",
                    e);
        }
        String configured = config.getNamespace();
        String namespace = options.namespace();
        if (namespace == null) {
            namespace = configured == null || configured.isEmpty() ? "default" : configured;
        }
        return new Cluster(http, config.getMasterUrl(), namespace, options.requestTimeout());
    }

    /** The namespace of all that is named without one. */
    public String namespace() {
        return namespace;
    }

    ObjectMapper mapper() {
        return mapper;
    }

    /** The API server, for messages. */
    String url() {
        return url;
    }

    /**
     * Who the API server takes this client for, by a SelfSubjectReview; empty where it does not say, as one that lets nobody
     * ask does.
     *
     * @throws CntrException where it does not answer, or cannot: without its name this client would be refused at the relay, with a reason that is none
     */
    public Optional<UserInfo> user() {
        for (int tries = 1; ; tries++) {
            try {
                JsonNode review =
                        send(new HttpRequest("POST", "apis/authentication.k8s.io/v1/selfsubjectreviews", JSON, """
                        {"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"""));
                JsonNode user = review.path("status").path("userInfo");
                String name = user.path("username").asText("");
                List<String> groups = new ArrayList<>();
                user.path("groups").forEach(group -> groups.add(group.asText()));
                return name.isEmpty() ? Optional.empty() : Optional.of(new UserInfo(name, groups));
            } catch (ApiException e) {
                if (e.status() != TOO_MANY_REQUESTS && e.status() < HttpURLConnection.HTTP_INTERNAL_ERROR) {
                    return Optional.empty(); // what is wrong is told by the requests that matter
                }
                if (tries == REVIEWS) {
                    throw new CntrException(
                            ExitCode.INTERNAL,
                            "the API server could not say who you are (selfsubjectreviews): " + e.text()
                                    + "; try again",
                            e);
                }
                LockSupport.parkNanos(BETWEEN_REVIEWS.toNanos());
            }
        }
    }

    /** The name alone of that {@link #user()}. */
    public Optional<String> userName() {
        return user().map(UserInfo::name);
    }

    JsonNode get(Resource resource, String name) {
        return send(HttpRequest.get(resource.path() + "/" + name));
    }

    JsonNode list(Resource resource, String labelSelector) {
        return send(HttpRequest.get(resource.path() + "?labelSelector=" + encode(labelSelector)));
    }

    JsonNode create(Resource resource, JsonNode object) {
        return send(new HttpRequest("POST", resource.path(), JSON, object.toString()));
    }

    /** Changes an object by a JSON merge patch (RFC 7386). */
    JsonNode patch(Resource resource, String name, JsonNode patch) {
        return send(new HttpRequest(
                "PATCH", resource.path() + "/" + name, "application/merge-patch+json", patch.toString()));
    }

    void delete(Resource resource, String name) {
        send(new HttpRequest("DELETE", resource.path() + "/" + name, JSON, "{\"propagationPolicy\":\"Background\"}"));
    }

    /** Makes ready beside what a stream will need, for whoever is about to wait for a session. */
    public void prepare() {
        http.prepare(requestTimeout);
    }

    /** Watches one object from a version on. Its events may begin before this returns. */
    Watch watch(Resource resource, String name, String resourceVersion, Duration atMost) {
        HttpRequest request = HttpRequest.get(resource.path() + "?watch=true&allowWatchBookmarks=true&fieldSelector="
                + encode("metadata.name=" + name) + "&resourceVersion=" + encode(resourceVersion)
                + "&timeoutSeconds=" + Math.max(1, atMost.toSeconds()));
        Streamed answer;
        try {
            answer = http.stream(request, requestTimeout);
        } catch (IOException e) {
            throw Failures.unreachable(url, e);
        }
        if (answer.status() != HttpURLConnection.HTTP_OK) {
            answer.close();
            throw new ApiException(answer.status(), JsonNodeFactory.instance.objectNode());
        }
        return new Watch(mapper, answer);
    }

    /** Runs a command in a pod and gives its standard streams. */
    ExecStream exec(Resource pods, String pod, String container, List<String> command) {
        StringBuilder path = new StringBuilder(pods.path())
                .append('/')
                .append(pod)
                .append("/exec?container=")
                .append(encode(container))
                .append("&stdin=true&stdout=true&stderr=true&tty=false");
        command.forEach(argument -> path.append("&command=").append(encode(argument)));
        return ExecStream.open(http, url, path.toString(), requestTimeout);
    }

    private JsonNode send(HttpRequest request) {
        HttpResponse response;
        try {
            response = http.send(request, requestTimeout);
        } catch (IOException e) {
            throw Failures.unreachable(url, e);
        }
        JsonNode body = parse(response.body());
        if (!response.isSuccessful()) {
            throw new ApiException(response.status(), body);
        }
        return body;
    }

    private JsonNode parse(byte[] body) {
        try {
            JsonNode node = mapper.readTree(body);
            return node == null ? JsonNodeFactory.instance.objectNode() : node;
        } catch (IOException _) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }
}
