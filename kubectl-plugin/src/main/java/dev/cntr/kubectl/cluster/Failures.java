package dev.cntr.kubectl.cluster;

import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;

/** What a failed request means for the user: one line, the next step, an exit code. */
final class Failures {
    private Failures() {}

    /** The server was not reached, or the connection broke. */
    static CntrException unreachable(String url, Throwable failure) {
        return new CntrException(
                ExitCode.UNREACHABLE,
                "cluster unreachable at " + url + ": " + reason(failure)
                        + "; check --context and --kubeconfig, or try: kubectl cluster-info",
                failure);
    }

    /** The server refused {@code verb} on {@code resource}. */
    static CntrException refused(String verb, Resource resource, ApiException error) {
        return switch (error.status()) {
            case 401 ->
                new CntrException(
                        ExitCode.FORBIDDEN,
                        "the cluster does not accept your credentials: " + error.text()
                                + "; log in again and check with: kubectl auth whoami",
                        error);
            case 403 -> forbidden(verb, resource.qualified(), resource.namespace(), error);
            case 404 ->
                new CntrException(
                        ExitCode.NOT_FOUND,
                        error.kind().equals("namespaces")
                                ? "there is no namespace " + resource.namespace() + "; see: kubectl get namespaces"
                                : error.text() + "; check the name and --namespace",
                        error);
            case 400, 422 ->
                new CntrException(ExitCode.USAGE, "the cluster refuses the request: " + error.text(), error);
            default ->
                new CntrException(
                        ExitCode.INTERNAL,
                        "the API server could not " + verb + " " + resource.qualified() + ": " + error.text(),
                        error);
        };
    }

    static CntrException forbidden(String verb, String resource, String namespace, Throwable error) {
        return new CntrException(
                ExitCode.FORBIDDEN,
                "you lack the right to " + verb + " " + resource
                        + (namespace.isEmpty() ? "" : " in namespace " + namespace)
                        + "; check with: kubectl auth can-i " + verb + " " + resource
                        + (namespace.isEmpty() ? "" : " -n " + namespace) + " (the cluster says: " + error.getMessage()
                        + ")",
                error);
    }

    static CntrException notInstalled(Throwable error) {
        return new CntrException(
                ExitCode.NOT_INSTALLED,
                "the cntr custom resources are not installed in this cluster; an administrator can install them with: "
                        + "helm install cntr charts/cntr -n cntr-system --create-namespace",
                error);
    }

    static Throwable unwrap(Throwable failure) {
        return (failure instanceof CompletionException || failure instanceof ExecutionException)
                        && failure.getCause() != null
                ? unwrap(failure.getCause())
                : failure;
    }

    /** Why, in words: the JDK's connection errors often have no message of their own. */
    static String reason(Throwable failure) {
        boolean refused = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case UnresolvedAddressException _, UnknownHostException _ -> {
                    return "the host name does not resolve";
                }
                case HttpTimeoutException _ -> {
                    return "no answer in time";
                }
                case ConnectException e -> {
                    String message = e.getMessage();
                    if (message != null) {
                        return message;
                    }
                    refused = true;
                }
                case SSLException e -> {
                    return "TLS: " + e.getMessage();
                }
                default -> {}
            }
        }
        if (refused) {
            return "connection refused";
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null) {
                return message;
            }
        }
        return failure.getClass().getSimpleName();
    }
}
