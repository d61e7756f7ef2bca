package dev.cntr.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.api.DebugSessionSpec.Target;
import dev.cntr.api.Names;
import dev.cntr.api.Reason;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
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
                .isEqualTo(new TargetPod.Running("pod-uid", "n1", "app", "containerd://abc"));
    }

    @Test
    void withoutANameTheAnnotationDecidesThenTheOrder() {
        Target any = new Target("web", null);
        Pod pod = Cluster.web(Cluster.RUNNING);
        assertThat(TargetPod.of("shop", any, pod)).isInstanceOf(TargetPod.Running.class);
        Pod annotated = pod.edit()
                .editMetadata()
                .addToAnnotations(Names.DEFAULT_CONTAINER_ANNOTATION, "log")
                .endMetadata()
                .build();
        assertThat(TargetPod.of("shop", any, annotated)).isInstanceOf(TargetPod.Starting.class);
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
            case TargetPod.Running running -> throw new AssertionError(running);
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
