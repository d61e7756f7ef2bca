package dev.cntr.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cntr.engine.RegistryLogin;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What secrets of a namespace have for the registry of an image, in the form that {@code docker login} writes. */
final class PullSecrets {
    private static final String TYPE = "kubernetes.io/dockerconfigjson";
    private static final String KEY = ".dockerconfigjson";
    private static final String DOCKER_HUB = "docker.io";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final KubernetesClient client;

    /** @param client stays the caller's */
    PullSecrets(KubernetesClient client) {
        this.client = client;
    }

    /**
     * The logins for an image.
     *
     * @param names of the secrets, which are tried in this order
     * @throws AgentException where one cannot be read, or none has anything for that registry
     */
    List<RegistryLogin> logins(String namespace, List<String> names, String image) {
        List<RegistryLogin> logins = new ArrayList<>();
        for (String name : names) {
            logins.addAll(logins(read(namespace, name), image, namespace + "/" + name));
        }
        if (!names.isEmpty() && logins.isEmpty()) {
            throw new AgentException("no login for the registry of image " + image + " is in secret "
                    + String.join(", ", names) + " of namespace " + namespace);
        }
        return logins;
    }

    private String read(String namespace, String name) {
        Secret secret;
        try {
            secret = client.secrets().inNamespace(namespace).withName(name).get();
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                throw new AgentException("the agents may not read secret " + namespace + "/" + name
                        + "; whoever installed cntr adds it to the chart's value agent.pullSecrets");
            }
            throw e;
        }
        if (secret == null) {
            throw new AgentException("there is no secret " + namespace + "/" + name);
        }
        Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
        if (!TYPE.equals(secret.getType()) || !data.containsKey(KEY)) {
            throw new AgentException("secret " + namespace + "/" + name + " is not of type " + TYPE + ", but "
                    + secret.getType() + "; `kubectl create secret docker-registry` makes one");
        }
        return new String(Base64.getDecoder().decode(data.get(KEY)), StandardCharsets.UTF_8);
    }

    /**
     * The logins of a {@code config.json} of docker for an image, those of the longest path first.
     *
     * @param title of the document, for a message
     */
    static List<RegistryLogin> logins(String config, String image, String title) {
        record Match(String place, RegistryLogin login) {}
        List<Match> matches = new ArrayList<>();
        try {
            for (Map.Entry<String, JsonNode> entry :
                    JSON.readTree(config).path("auths").properties()) {
                String place = place(entry.getKey());
                if (holds(place, image)) {
                    login(entry.getValue()).ifPresent(login -> matches.add(new Match(place, login)));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new AgentException("secret " + title + " is no configuration of docker"); // without what is in it
        }
        matches.sort(Comparator.comparingInt(match -> -match.place().length()));
        return matches.stream().map(Match::login).toList();
    }

    /** A registry, perhaps with a path, as images name it: keys may be addresses of its API. */
    private static String place(String key) {
        String place =
                key.replaceFirst("^https?://", "").replaceFirst("/v[12]/?$", "").replaceFirst("/$", "");
        return place.replaceFirst("^(index\\.|registry-1\\.)?docker\\.io(?=/|$)", DOCKER_HUB)
                .toLowerCase(Locale.ROOT);
    }

    /** A part of a host name may be {@code *}, as for the kubelet. */
    private static boolean holds(String place, String image) {
        String[] parts = place.split("/", 2);
        String host = image.substring(0, image.indexOf('/')).toLowerCase(Locale.ROOT);
        String path = image.substring(image.indexOf('/') + 1);
        String[] wanted = parts[0].split("\\.", -1);
        String[] given = host.split("\\.", -1);
        boolean hostMatches = wanted.length == given.length;
        for (int i = 0; hostMatches && i < wanted.length; i++) {
            hostMatches = wanted[i].equals("*") || wanted[i].equals(given[i]);
        }
        return hostMatches
                && (parts.length == 1
                        || path.startsWith(parts[1])
                                && (path.length() == parts[1].length()
                                        || "/:@".indexOf(path.charAt(parts[1].length())) >= 0));
    }

    private static Optional<RegistryLogin> login(JsonNode entry) {
        String username = entry.path("username").asText();
        String password = entry.path("password").asText();
        String both = entry.path("auth").asText();
        if (!both.isEmpty()) {
            String decoded = new String(Base64.getDecoder().decode(both.strip()), StandardCharsets.UTF_8);
            int colon = decoded.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("no colon");
            }
            username = decoded.substring(0, colon);
            password = decoded.substring(colon + 1);
        }
        return username.isEmpty() ? Optional.empty() : Optional.of(new RegistryLogin(username, password));
    }
}
