package dev.cntr.kubectl.cluster;

import dev.cntr.api.Names;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import dev.cntr.protocol.RelayRequest;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** The pipe to a session's agent: the relay on its node, exec'd through the API server. */
public final class Relay implements AutoCloseable {
    private final ExecStream exec;

    private Relay(ExecStream exec) {
        this.exec = exec;
    }

    /**
     * Opens the pipe to a session that is ready.
     *
     * @param user this user's name, as the cluster's policies compare it
     */
    public static Relay open(Cluster cluster, Session session, Optional<String> user) {
        String relay = session.status().relayPod();
        int slash = relay == null ? -1 : relay.indexOf('/');
        if (relay == null || slash < 0) {
            throw new CntrException(
                    ExitCode.INTERNAL,
                    "the session " + session + " is ready and names no relay; update cntr's operator in the cluster");
        }
        Resource pods = Resource.pods(relay.substring(0, slash));
        try {
            return new Relay(cluster.exec(
                    pods,
                    relay.substring(slash + 1),
                    Names.RELAY,
                    new RelayRequest(
                                    session.ofNode() ? RelayRequest.NO_NAMESPACE : session.namespace(),
                                    session.name(),
                                    user.orElse(RelayRequest.UNKNOWN))
                            .command()));
        } catch (ApiException e) {
            throw switch (e.status()) {
                case 401 -> Failures.refused("exec", pods, e);
                case 403 -> Failures.forbidden("get", "pods/exec", pods.namespace(), e);
                case 404 ->
                    new CntrException(
                            ExitCode.NO_AGENT,
                            "the relay " + relay + " is gone; attach again, or see: kubectl get pods -o wide -n "
                                    + pods.namespace(),
                            e);
                default ->
                    new CntrException(
                            ExitCode.LOST,
                            "the relay " + relay + " does not answer: " + e.text()
                                    + "; see: kubectl get pods -o wide -n " + pods.namespace(),
                            e);
            };
        }
    }

    /** From the agent. */
    public InputStream in() {
        return exec.output();
    }

    /** To the agent. */
    public OutputStream out() {
        return exec.input();
    }

    /** What the relay or the kubelet said about a bad end; empty for nothing. */
    public String complaint() {
        return exec.complaint();
    }

    @Override
    public void close() {
        exec.close();
    }
}
