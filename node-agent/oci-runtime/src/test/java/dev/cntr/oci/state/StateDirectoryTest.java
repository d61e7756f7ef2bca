package dev.cntr.oci.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cntr.oci.OciException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateDirectoryTest {
    @TempDir
    Path root;

    private static final ContainerState STATE = new ContainerState(
            "1.2.0",
            "c",
            1,
            42,
            "/bundle",
            "/bundle/rootfs",
            Optional.of("/docker/c"),
            "2026-01-01T00:00:00Z",
            Map.of("a", "\"b\""));

    @Test
    void whatIsWrittenIsReadAgain() {
        try (StateDirectory directory = StateDirectory.create(root, "c")) {
            assertThat(directory.read()).isEmpty();
            directory.write(STATE);
            assertThat(directory.read()).hasValue(STATE);
        }
    }

    @Test
    void anIdIsTakenOnceAndFreeAfterRemoval() {
        try (StateDirectory directory = StateDirectory.create(root, "c")) {
            assertThatExceptionOfType(OciException.class)
                    .isThrownBy(() -> StateDirectory.create(root, "c"))
                    .withMessageContaining("exists already");
            assertThat(StateDirectory.ids(root)).containsExactly("c");
            directory.remove();
        }
        assertThat(StateDirectory.ids(root)).isEmpty();
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> StateDirectory.open(root, "c"))
                .withMessage("container \"c\" does not exist");
    }

    @Test
    void aProcessOfAnotherStartIsNotTheContainers() {
        try (StateDirectory directory = StateDirectory.create(root, "c")) {
            assertThat(directory.status(STATE))
                    .isEqualTo(ContainerState.Status.STOPPED); // pid 1 did not start at tick 42
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "../x", "a b", "ü"})
    void idsThatAreNoDirectoryNames(String id) {
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> StateDirectory.create(root, id))
                .withMessageContaining("invalid container id");
    }

    @Test
    void theStateIsPrintedAsTheSpecificationHasIt() {
        assertThat(STATE.toJson(ContainerState.Status.STOPPED))
                .contains("\"status\" : \"stopped\"", "\"pid\" : 0", "\"a\" : \"\\\"b\\\"\"");
    }
}
