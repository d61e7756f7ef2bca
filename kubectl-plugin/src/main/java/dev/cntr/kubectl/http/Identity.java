package dev.cntr.kubectl.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.client.Config;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who this client says it is, in the head of each request.
 *
 * @param path of the server, with a slash at its end
 * @param authorization asked for each request, since a token may be renewed; null for none
 * @param others whole header lines
 */
record Identity(String path, Supplier<@Nullable String> authorization, List<String> others) {
    private static final String JSON = "application/json";

    static Identity of(Config config) {
        String path =
                Objects.requireNonNullElse(URI.create(config.getMasterUrl()).getRawPath(), "");
        List<String> others = new ArrayList<>();
        others.add("User-Agent: kubectl-cntr");
        add(others, "Impersonate-User", config.getImpersonateUsername());
        if (config.getImpersonateGroups() != null) {
            List.of(config.getImpersonateGroups()).forEach(group -> add(others, "Impersonate-Group", group));
        }
        if (config.getImpersonateExtras() != null) {
            config.getImpersonateExtras()
                    .forEach((key, values) -> values.forEach(
                            value -> add(others, "Impersonate-Extra-" + URLEncoder.encode(key, UTF_8), value)));
        }
        if (config.getCustomHeaders() != null) {
            config.getCustomHeaders().forEach((name, value) -> add(others, name, value));
        }
        return new Identity(path.endsWith("/") ? path : path + "/", () -> authorization(config), others);
    }

    private static void add(List<String> headers, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            headers.add(oneLine(name + ": " + value));
        }
    }

    private static @Nullable String authorization(Config config) {
        String user = config.getUsername();
        String password = config.getPassword();
        if (user != null && !user.isEmpty() && password != null && !password.isEmpty()) {
            return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(ISO_8859_1));
        }
        String token = config.getOauthTokenProvider() == null
                ? config.getOauthToken()
                : config.getOauthTokenProvider().getToken();
        token = token == null || token.isEmpty() ? config.getAutoOAuthToken() : token;
        return token == null || token.isEmpty() ? null : "Bearer " + token;
    }

    /** A request as it goes over the wire. */
    byte[] request(HttpRequest request, String authority) {
        StringBuilder head = new StringBuilder(head(request, authority));
        head.append("Accept: ").append(JSON).append("\r\n");
        byte[] body = request.bytes();
        if (!request.contentType().isEmpty()) {
            head.append("Content-Type: ").append(request.contentType()).append("\r\n");
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("\r\n");
        ByteArrayOutputStream whole = new ByteArrayOutputStream(head.length() + body.length);
        whole.writeBytes(head.toString().getBytes(ISO_8859_1));
        whole.writeBytes(body);
        return whole.toByteArray();
    }

    /** The lines that any request of this client begins with. */
    String head(HttpRequest request, String authority) {
        StringBuilder head = new StringBuilder();
        head.append(request.method())
                .append(' ')
                .append(oneLine(path + request.target()))
                .append(" HTTP/1.1\r\n");
        head.append("Host: ").append(authority).append("\r\n");
        String credentials = authorization.get();
        if (credentials != null) {
            head.append("Authorization: ").append(oneLine(credentials)).append("\r\n");
        }
        others.forEach(line -> head.append(line).append("\r\n"));
        return head.toString();
    }

    /** No value may bring headers of its own. */
    private static String oneLine(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) == '\r' || value.charAt(i) == '\n') {
                throw new IllegalArgumentException("a line break in what is told the API server");
            }
        }
        return value;
    }
}
