package dev.cntr.kubectl.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a credential plugin of a kubeconfig gave, {@code client.authentication.k8s.io}: a token, or a certificate with its key.
 * The plugin may talk to the user: it has this program's standard input and errors. fabric8 runs plugins only while it reads a
 * kubeconfig, see {@link Kubeconfig}.
 */
record ExecCredential(
        @Nullable String token,
        @Nullable String certificate,
        @Nullable String key) {
    /** Runs the plugin. A relative path with a slash is relative to the kubeconfig, as kubectl takes it. */
    static ExecCredential of(Map<?, ?> exec, Path kubeconfig) {
        String command = String.valueOf(exec.get("command"));
        List<String> line = new ArrayList<>();
        line.add(command.contains("/") ? kubeconfig.resolveSibling(command).toString() : command);
        if (exec.get("args") instanceof List<?> arguments) {
            arguments.forEach(argument -> line.add(String.valueOf(argument)));
        }
        String version = String.valueOf(exec.get("apiVersion"));
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        if (exec.get("env") instanceof List<?> variables) {
            for (Object variable : variables) {
                if (variable instanceof Map<?, ?> named) {
                    builder.environment().put(String.valueOf(named.get("name")), String.valueOf(named.get("value")));
                }
            }
        }
        builder.environment()
                .put(
                        "KUBERNETES_EXEC_INFO",
                        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" + version
                                + "\",\"spec\":{\"interactive\":true}}");
        return parse(command, run(command, builder));
    }

    private static String run(String command, ProcessBuilder builder) {
        try {
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw failed(command, "it ended with " + code, null);
            }
            return output;
        } catch (IOException e) {
            throw failed(command, String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(command, "interrupted", e);
        }
    }

    private static ExecCredential parse(String command, String output) {
        try {
            JsonNode status = new ObjectMapper().readTree(output).path("status");
            ExecCredential credential = new ExecCredential(
                    text(status, "token"), text(status, "clientCertificateData"), text(status, "clientKeyData"));
            if (credential.token == null && (credential.certificate == null || credential.key == null)) {
                throw failed(command, "it gave neither a token nor a certificate with its key", null);
            }
            return credential;
        } catch (IOException e) {
            throw failed(command, "its output is not an ExecCredential", e);
        }
    }

    void applyTo(Config config) {
        if (token != null) {
            config.setOauthToken(token);
        }
        if (certificate != null && key != null) {
            // The plugin gives PEM, the configuration holds the base64 of it.
            config.setClientCertData(base64(certificate));
            config.setClientKeyData(base64(key));
        }
    }

    private static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static @Nullable String text(JsonNode node, String field) {
        String text = node.path(field).asText("");
        return text.isEmpty() ? null : text;
    }

    private static CntrException failed(String command, String why, @Nullable Throwable cause) {
        return new CntrException(
                ExitCode.FORBIDDEN,
                "the kubeconfig's credential plugin " + command + " failed: " + why
                        + "; check with: kubectl auth whoami",
                cause);
    }
}
