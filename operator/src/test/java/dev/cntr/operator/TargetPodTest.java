package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.Names;
import dev.cntr.api.Reason;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TargetPodTest {
    private static final Target APP = new Target("web", "app");

    @Test
    void aRunningContainerIsTakenAsTheApiServerDescribesIt() {
        assertThat(TargetPod.of("shop", APP, Cluster.web(Cluster.RUNNING)))
                .isEqualTo(new TargetPod.Found("pod-uid", "n1", "app", "containerd://abc"));
    }

    @Test
    void withoutANameTheAnnotationDecidesThenTheOrder() {
        Target any = new Target("web", null);
        Pod pod = Cluster.web(Cluster.RUNNING);
        assertThat(TargetPod.of("shop", any, pod)).isInstanceOf(TargetPod.Found.class);
        Pod annotated = pod.edit()
                .editMetadata()
                .addToAnnotations(Names.DEFAULT_CONTAINER_ANNOTATION, "log")
                .endMetadata()
                .build();
        assertThat(TargetPod.of("shop", any, annotated)).isInstanceOf(TargetPod.Starting.class);
    }

    @Test
    void anInitContainerAndAnEphemeralOneAreTakenAsWell() {
        Pod pod = Cluster.web(null)
                .edit()
                .editSpec()
                .addNewInitContainer()
                .withName("migrate")
                .endInitContainer()
                .addNewEphemeralContainer()
                .withName("look")
                .endEphemeralContainer()
                .endSpec()
                .editStatus()
                .withPhase("Pending")
                .withInitContainerStatuses(running("migrate"))
                .withEphemeralContainerStatuses(running("look"))
                .endStatus()
                .build();
        for (String name : List.of("migrate", "look")) {
            assertThat(TargetPod.of("shop", new Target("web", name), pod))
                    .isEqualTo(new TargetPod.Found("pod-uid", "n1", name, "containerd://" + name));
        }
        assertThat(TargetPod.of("shop", new Target("web", "other"), pod))
                .isInstanceOfSatisfying(
                        TargetPod.Unusable.class,
                        unusable -> assertThat(unusable.message()).endsWith("but: app, log, migrate, look"));
    }

    private static ContainerStatus running(String name) {
        return new ContainerStatusBuilder()
                .withName(name)
                .withContainerID("containerd://" + name)
                .withState(Cluster.RUNNING)
                .build();
    }

    @Test
    void theNextStartOfAContainerIsWaitedForWhateverItDoesNow() {
        Target next = new Target("web", "app", true, false);
        for (Pod pod :
                List.of(Cluster.web(Cluster.RUNNING), Cluster.web(null), terminated(), waiting("CrashLoopBackOff"))) {
            assertThat(TargetPod.of("shop", next, pod)).isEqualTo(new TargetPod.Found("pod-uid", "n1", "app", null));
        }
        assertThat(TargetPod.of("shop", next, withoutNode())).isInstanceOf(TargetPod.Starting.class);
        assertThat(TargetPod.of("shop", next, phase("Failed"))).isInstanceOf(TargetPod.Unusable.class);
    }

    @Test
    void aContainerThatHadItsOnlyStartIsNotWaitedFor() {
        Target next = new Target("web", "app", true, false);
        Pod never = terminated()
                .edit()
                .editSpec()
                .withRestartPolicy("Never")
                .endSpec()
                .build();
        assertThat(TargetPod.of("shop", next, never))
                .isInstanceOfSatisfying(
                        TargetPod.Unusable.class,
                        unusable ->
                                assertThat(unusable.message()).contains("had its only start (restartPolicy Never)"));
        Pod notYet = Cluster.web(null)
                .edit()
                .editSpec()
                .withRestartPolicy("Never")
                .endSpec()
                .build();
        assertThat(TargetPod.of("shop", next, notYet)).isInstanceOf(TargetPod.Found.class);
    }

    static Stream<Arguments> notRunning() {
        return Stream.of(
                Arguments.of(null, true, Reason.POD_NOT_FOUND, "namespace shop has no pod web"),
                Arguments.of(phase("Succeeded"), true, Reason.POD_FINISHED, "has finished"),
                Arguments.of(phase("Failed"), true, Reason.POD_FINISHED, "has failed"),
                Arguments.of(only("other"), true, Reason.CONTAINER_NOT_FOUND, "no container app, but: other"),
                Arguments.of(terminated(), true, Reason.CONTAINER_NOT_RUNNING, "terminated (Error, exit code 3)"),
                Arguments.of(
                        waiting("CrashLoopBackOff"), true, Reason.CONTAINER_NOT_RUNNING, "waits: CrashLoopBackOff"),
                Arguments.of(
                        waiting("ImagePullBackOff"), true, Reason.CONTAINER_NOT_RUNNING, "waits: ImagePullBackOff"),
                Arguments.of(waiting("ContainerCreating"), false, Reason.POD_PENDING, "waits: ContainerCreating"),
                Arguments.of(Cluster.web(null), false, Reason.POD_PENDING, "has not started on node n1 yet"),
                Arguments.of(withoutNode(), false, Reason.POD_PENDING, "has no node yet"));
    }

    @ParameterizedTest
    @MethodSource
    void notRunning(@Nullable Pod pod, boolean forGood, Reason reason, String message) {
        switch (TargetPod.of("shop", APP, pod)) {
            case TargetPod.Unusable(Reason why, String text) -> {
                assertThat(forGood).isTrue();
                assertThat(why).isEqualTo(reason);
                assertThat(text).contains(message);
            }
            case TargetPod.Starting(Reason why, String text) -> {
                assertThat(forGood).isFalse();
                assertThat(why).isEqualTo(reason);
                assertThat(text).contains(message);
            }
            case TargetPod.Found found -> throw new AssertionError(found);
        }
    }

    private static Pod phase(String phase) {
        return Cluster.web(Cluster.RUNNING)
                .edit()
                .editStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    private static Pod only(String container) {
        return new PodBuilder(Cluster.web(null))
                .editSpec()
                .withContainers()
                .addNewContainer()
                .withName(container)
                .endContainer()
                .endSpec()
                .build();
    }

    private static Pod terminated() {
        return Cluster.web(new ContainerStateBuilder()
                .withNewTerminated()
                .withReason("Error")
                .withExitCode(3)
                .endTerminated()
                .build());
    }

    private static Pod waiting(String why) {
        return Cluster.web(new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(why)
                .endWaiting()
                .build());
    }

    private static Pod withoutNode() {
        return Cluster.web(null).edit().editSpec().withNodeName(null).endSpec().build();
    }
}
