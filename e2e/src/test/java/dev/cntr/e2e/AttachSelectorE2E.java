package dev.cntr.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code kubectl cntr attach -l}: beside two pods on two nodes, and not beside a third with another label. */
@ExtendWith(Cluster.Extension.class)
@TestInstance(Lifecycle.PER_CLASS)
class AttachSelectorE2E {
    private static final String NAMESPACE = "attach-selector";
    private static final int WRONG = 2;
    private static final int NOT_FOUND = 123;

    private final Cluster cluster;

    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private User jane;

    AttachSelectorE2E(Cluster cluster) {
        this.cluster = cluster;
    }

    @BeforeAll
    void pods(@TempDir Path directory) {
        cluster.kubectl("create", "namespace", NAMESPACE).ok();
        for (String name : List.of("web-1", "web-2", "db-1")) {
            Targets.sleeper(
                    cluster,
                    NAMESPACE,
                    name,
                    name.equals("web-1")
                            ? cluster.nodes().getFirst()
                            : cluster.nodes().getLast());
        }
        jane = User.attaching(cluster, directory, "jane", "attach-selector-jane", NAMESPACE);
        cluster.kubectl("-n", NAMESPACE, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=60s")
                .ok();
    }

    @AfterAll
    void clean() {
        cluster.kubectl("-n", Cluster.RELAY, "delete", "rolebinding", "attach-selector-jane");
        cluster.kubectl("delete", "namespace", NAMESPACE, "--timeout=60s").ok();
    }

    @Test
    void whatTheCommandsPrintComesByPod() {
        Run run = jane.attach(
                        "-n",
                        NAMESPACE,
                        "-l",
                        "app in (web)",
                        "--",
                        "sh",
                        "-c",
                        "cat /proc/sys/kernel/hostname; ls /var/lib/cntr/bin/busybox; echo oh >&2")
                .ok();
        assertThat(run.out().lines())
                .containsExactlyInAnyOrder(
                        "[pod/web-1/app] web-1",
                        "[pod/web-1/app] /var/lib/cntr/bin/busybox",
                        "[pod/web-2/app] web-2",
                        "[pod/web-2/app] /var/lib/cntr/bin/busybox");
        assertThat(run.err()).contains("[pod/web-1/app] oh\n", "[pod/web-2/app] oh\n");
    }

    @Test
    void oneThatFailsMakesAllFailAndIsNamed() {
        Run run = jane.attach(
                "-n",
                NAMESPACE,
                "-l",
                "app=web",
                "-c",
                "app",
                "--",
                "sh",
                "-c",
                "case $(cat /proc/sys/kernel/hostname) in web-2) exit 3;; esac; echo well");
        assertThat(run.exit()).as(run.toString()).isEqualTo(3);
        assertThat(run.out()).isEqualTo("[pod/web-1/app] well\n");
        assertThat(run.err()).contains("[pod/web-2/app] command terminated with exit code 3\n");
    }

    @Test
    void oneThatCannotBeRunIsToldBesideTheOthers() {
        Run run = jane.attach("-n", NAMESPACE, "-l", "app=web", "-c", "other", "--", "true");
        assertThat(run.exit()).as(run.toString()).isEqualTo(NOT_FOUND);
        assertThat(run.err()).contains("[pod/web-1/other] error: ", "[pod/web-2/other] error: ");
    }

    @Test
    void noPodAndTooManyAreErrors() {
        Run none = jane.attach("-n", NAMESPACE, "-l", "app=none", "--", "true");
        assertThat(none.exit()).as(none.toString()).isEqualTo(NOT_FOUND);
        assertThat(none.err()).contains("has the labels 'app=none'");
        Run many = jane.attach("-n", NAMESPACE, "-l", "app", "--max-pods", "2", "--", "true");
        assertThat(many.exit()).as(many.toString()).isEqualTo(WRONG);
        assertThat(many.err()).contains("takes 3 pods, and --max-pods is 2");
    }
}
