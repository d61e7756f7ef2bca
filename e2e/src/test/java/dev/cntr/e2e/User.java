package dev.cntr.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Somebody who is no administrator: a service account's token in a kubeconfig of its own. */
record User(Cluster cluster, String name, Path kubeconfig) {

    /** Makes a service account. */
    static User create(Cluster cluster, Path directory, String namespace, String name) {
        cluster.kubectl("-n", namespace, "create", "serviceaccount", name).ok();
        String token =
                cluster.kubectl("-n", namespace, "create", "token", name).ok().out();
        return withToken(cluster, directory, "system:serviceaccount:" + namespace + ":" + name, token);
    }

    /**
     * Makes one who may debug the pods of some namespaces, in the first of which the service account is.
     *
     * @param binding in the relays' namespace
     */
    static User attaching(Cluster cluster, Path directory, String name, String binding, String... namespaces) {
        User user = create(cluster, directory, namespaces[0], name);
        String account = "--serviceaccount=" + namespaces[0] + ":" + name;
        for (String namespace : namespaces) {
            cluster.kubectl("-n", namespace, "create", "rolebinding", name, "--clusterrole=cntr-user", account)
                    .ok();
        }
        cluster.kubectl("-n", Cluster.RELAY, "create", "rolebinding", binding, "--role=cntr-attach", account)
                .ok();
        return user;
    }

    /** Whoever holds a token, for instance a stolen one. */
    static User withToken(Cluster cluster, Path directory, String name, String token) {
        try {
            Path kubeconfig = Files.createTempFile(directory, "user", ".kubeconfig");
            Files.writeString(
                    kubeconfig, Files.readString(Path.of(cluster.environment().get("KUBECONFIG"))));
            User user = new User(cluster, name, kubeconfig);
            user.kubectl("config", "set-credentials", "user", "--token", token).ok();
            user.kubectl("config", "set-context", "--current", "--user", "user").ok();
            return user;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Run kubectl(String... arguments) {
        return cluster.kubectl(with(arguments));
    }

    Run kubectlWith(byte[] stdin, String... arguments) {
        return cluster.kubectlWith(stdin, with(arguments));
    }

    List<String> kubectlCommand(String... arguments) {
        return cluster.kubectlCommand(with(arguments));
    }

    Run attach(String... arguments) {
        List<String> all = new ArrayList<>(List.of("attach", "--kubeconfig", kubeconfig.toString()));
        all.addAll(List.of(arguments));
        return cluster.cntr(all.toArray(String[]::new));
    }

    boolean may(String... verbAndMore) {
        List<String> all = new ArrayList<>(List.of("auth", "can-i"));
        all.addAll(List.of(verbAndMore));
        return kubectl(all.toArray(String[]::new)).exit() == 0;
    }

    private String[] with(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--kubeconfig", kubeconfig.toString()));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }
}
