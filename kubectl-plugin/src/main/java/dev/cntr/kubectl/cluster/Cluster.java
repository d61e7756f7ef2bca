package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A connection to the API server of one cluster: JSON over HTTP, with the kubeconfig's TLS, credentials and proxy. */
public final class Cluster implements AutoCloseable {
    private static final String JSON = "application/json";
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REVIEWS = 3;
    private static final Duration BETWEEN_REVIEWS = Duration.ofMillis(300);

    private final HttpClients clients;
    private final HttpClient http;
    private final String url;
    private final String namespace;
    private final Duration requestTimeout;
    private final ObjectMapper mapper = Json.mapper();

    private Cluster(HttpClients clients, HttpClient http, String url, String namespace, Duration requestTimeout) {
        this.clients = clients;
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
        HttpClients clients = new HttpClients();
        try {
            http = clients.newBuilder(config).build();
        } catch (RuntimeException e) {
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
        return new Cluster(clients, http, config.getMasterUrl(), namespace, options.requestTimeout());
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
                JsonNode review = send(request("apis/authentication.k8s.io/v1/selfsubjectreviews")
                        .post(JSON, """
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
        return send(request(resource.path() + "/" + name));
    }

    JsonNode list(Resource resource, String labelSelector) {
        return send(request(resource.path() + "?labelSelector=" + encode(labelSelector)));
    }

    JsonNode create(Resource resource, JsonNode object) {
        return send(request(resource.path()).post(JSON, object.toString()));
    }

    /** Changes an object by a JSON merge patch (RFC 7386). */
    JsonNode patch(Resource resource, String name, JsonNode patch) {
        return send(request(resource.path() + "/" + name).patch("application/merge-patch+json", patch.toString()));
    }

    void delete(Resource resource, String name) {
        send(request(resource.path() + "/" + name).delete(JSON, "{\"propagationPolicy\":\"Background\"}"));
    }

    /** Watches one object from a version on. Its events may begin before this returns. */
    Watch watch(Resource resource, String name, String resourceVersion, Duration atMost) {
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(uri(resource.path() + "?watch=true&allowWatchBookmarks=true&fieldSelector="
                        + encode("metadata.name=" + name) + "&resourceVersion=" + encode(resourceVersion)
                        + "&timeoutSeconds=" + Math.max(1, atMost.toSeconds())))
                .build();
        Watch watch = new Watch(mapper);
        HttpResponse<?> response = await(watch.start(http, request));
        if (!response.isSuccessful()) {
            watch.close();
            throw new ApiException(response.code(), JsonNodeFactory.instance.objectNode());
        }
        return watch;
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
        return ExecStream.open(http, uri(path.toString()), requestTimeout);
    }

    private HttpRequest.Builder request(String path) {
        return http.newHttpRequestBuilder()
                .uri(uri(path))
                .timeout(requestTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .header("Accept", JSON);
    }

    private JsonNode send(HttpRequest.Builder request) {
        HttpResponse<byte[]> response = await(http.sendAsync(request.build(), byte[].class));
        JsonNode body = parse(response.body());
        if (!response.isSuccessful()) {
            throw new ApiException(response.code(), body);
        }
        return body;
    }

    private <T> T await(CompletableFuture<T> answer) {
        try {
            return answer.get(requestTimeout.toMillis() + 1000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CntrException(ExitCode.INTERNAL, "interrupted", e);
        } catch (ExecutionException e) {
            throw Failures.unreachable(url, Failures.unwrap(e));
        } catch (TimeoutException e) {
            throw new CntrException(
                    ExitCode.UNREACHABLE,
                    "cluster unreachable at " + url + ": no answer within " + requestTimeout.toSeconds()
                            + "s; check --context and --kubeconfig, or raise --request-timeout",
                    e);
        }
    }

    private JsonNode parse(byte @Nullable [] body) {
        try {
            JsonNode node = body == null ? null : mapper.readTree(body);
            return node == null ? JsonNodeFactory.instance.objectNode() : node;
        } catch (IOException _) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    private URI uri(String path) {
        return URI.create(url + path);
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
        clients.close();
    }
}
