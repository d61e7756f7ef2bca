package dev.cntr.engine.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.RegistryLogin;
import dev.cntr.engine.local.LocalImages;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of a runtime that is a gRPC server on a unix socket. */
class CriImagesTest {
    private static final String IMAGE = "registry.example/tools:1";

    @TempDir
    Path dir;

    private FakeRuntime runtime;
    private CriEngine engine;

    @BeforeEach
    void start() throws Exception {
        runtime = new FakeRuntime(dir.resolve("containerd.sock"));
        engine = CriEngine.on(dir.resolve("containerd.sock"));
    }

    @AfterEach
    void end() throws Exception {
        engine.close();
        runtime.close();
    }

    @Test
    void anImageThatIsThereIsNotPulled() {
        runtime.images.add(IMAGE);
        assertThat(engine.images().pulled(IMAGE, List.of(), () -> fail("it is pulled")))
                .isEqualTo(FakeRuntime.id(IMAGE));
        assertThat(runtime.pulled).isEmpty();
    }

    @Test
    void anImageThatIsNotThereIsPulled() {
        runtime.registry.add(IMAGE);
        AtomicInteger told = new AtomicInteger();
        assertThat(engine.images().pulled(IMAGE, List.of(), told::incrementAndGet))
                .isEqualTo(FakeRuntime.id(IMAGE));
        assertThat(told).hasValue(1);
        assertThat(runtime.pulled).containsExactly(IMAGE);
    }

    @Test
    void loginsAreTriedOneAfterTheOther() {
        runtime.registry.add(IMAGE);
        runtime.password = "right";
        RegistryLogin wrong = new RegistryLogin("u", "wrong");
        assertThatThrownBy(() -> engine.images().pulled(IMAGE, List.of(wrong, wrong), () -> {}))
                .hasMessageContaining("pull access denied")
                .hasMessageNotContaining("wrong");
        assertThatThrownBy(() -> engine.images().pulled(IMAGE, List.of(), () -> {}))
                .hasMessageContaining("pull access denied");
        assertThat(engine.images().pulled(IMAGE, List.of(wrong, new RegistryLogin("u", "right"), wrong), () -> {}))
                .isEqualTo(FakeRuntime.id(IMAGE));
        assertThat(runtime.pulled).hasSize(5);
    }

    @Test
    void whyItCannotBePulledIsTold() {
        assertThatThrownBy(() -> engine.images().pulled(IMAGE, List.of(), () -> {}))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("the image " + IMAGE + " is not on this node, and could not be pulled")
                .hasMessageContaining("pull access denied");
    }

    @Test
    void imagesOfOtherRuntimesAreNotPulledInVain() {
        runtime.name = "docker";
        runtime.registry.add(IMAGE);
        assertThatThrownBy(() -> LocalImages.of(engine, "test").pulled(IMAGE, List.of(), () -> {}))
                .isInstanceOf(EngineException.Unsupported.class)
                .hasMessageContaining("docker 1.7.29, does not tell how its images are mounted");
        assertThat(runtime.pulled).isEmpty();
    }
}
