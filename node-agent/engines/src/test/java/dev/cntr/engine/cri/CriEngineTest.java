package dev.cntr.engine.cri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.cri.CriProto.ContainerState;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine against a gRPC server on a unix socket. */
class CriEngineTest {
    private static final String ID = "aa11000000000000000000000000000000000000000000000000000000000001";
    private static final String OTHER = "aa22000000000000000000000000000000000000000000000000000000000002";

    /** As containerd 1.7 writes it, cut. */
    private static final String INFO = """
            {"sandboxID":"5d0f","pid":4242,"removing":false,"snapshotKey":"k","snapshotter":"overlayfs",
             "runtimeOptions":{"pid":1,"runtimeSpec":{}},"config":{"metadata":{"name":"app"},"pid":9},
             "runtimeSpec": {"ociVersion":"1.1.0","process":{"args":["/p","}\\"{"],"user":{"uid":0}},"pid":7},
             "last":[{"pid":8}]}
            """;

    @TempDir
    Path dir;

    private Path socket;
    private FakeRuntime runtime;
    private CriEngine engine;

    @BeforeEach
    void start() throws Exception {
        socket = dir.resolve("containerd.sock");
        runtime = new FakeRuntime(socket);
        engine = CriEngine.on(socket, Duration.ofSeconds(2));
    }

    @AfterEach
    void end() throws Exception {
        engine.close();
        runtime.close();
    }

    @Test
    void aRunningContainerIsToldWhole() {
        runtime.add(ID, "cart-1", ContainerState.CONTAINER_RUNNING, INFO);

        RunningContainer c = engine.running(ID);

        assertThat(c.ref()).isEqualTo(new ContainerRef("cri", ID, "shop/cart-1/app"));
        assertThat(c.pid()).isEqualTo(4242);
        assertThat(c.image()).isEqualTo("registry.example/app:1");
        assertThat(PodContainer.of(c.labels())).contains(new PodContainer("shop", "cart-1", "uid-of-cart-1", "app"));
        assertThat(c.runtimeSpec())
                .contains(
                        "{\"ociVersion\":\"1.1.0\",\"process\":{\"args\":[\"/p\",\"}\\\"{\"],\"user\":{\"uid\":0}},\"pid\":7}");
    }

    @Test
    void onlyTheExactIdIsRunning() {
        runtime.add(ID, "cart-1", ContainerState.CONTAINER_RUNNING, INFO);
        assertThatThrownBy(() -> engine.running("aa11"))
                .isInstanceOf(EngineException.NotFound.class)
                .hasMessage("cri has no container aa11");
        assertThatThrownBy(() -> engine.running(OTHER)).isInstanceOf(EngineException.NotFound.class);
    }

    @Test
    void aStoppedContainerSaysHowItEnded() {
        runtime.add(ID, "cart-1", ContainerState.CONTAINER_EXITED, INFO);
        assertThatThrownBy(() -> engine.running(ID))
                .isInstanceOf(EngineException.NotRunning.class)
                .hasMessageContaining("shop/cart-1/app")
                .hasMessageContaining("exited with code 3 (Error)");
        runtime.add(OTHER, "cart-2", ContainerState.CONTAINER_CREATED, INFO);
        assertThatThrownBy(() -> engine.running(OTHER)).hasMessageContaining("not started yet");
    }

    @Test
    void aReferenceFindsTheOneRunningContainerThatMatches() {
        runtime.add(ID, "cart-1", ContainerState.CONTAINER_RUNNING, INFO);
        runtime.add(OTHER, "cart-2", ContainerState.CONTAINER_RUNNING, INFO);
        runtime.add("bb" + ID.substring(2), "cart-1", ContainerState.CONTAINER_EXITED, INFO);

        for (String reference : List.of(ID, "aa1", "cart-1/app", "shop/cart-1/app")) {
            assertThat(engine.find(reference).ref().id()).as(reference).isEqualTo(ID);
        }
        assertThatThrownBy(() -> engine.find("aa"))
                .isInstanceOf(EngineException.Ambiguous.class)
                .hasMessageContaining(ID)
                .hasMessageContaining(OTHER);
        assertThatThrownBy(() -> engine.find("bb")).isInstanceOf(EngineException.NotRunning.class);
        for (String reference : List.of("app", "art-1/app", "", "cc")) {
            assertThatThrownBy(() -> engine.find(reference)).as(reference).isInstanceOf(EngineException.NotFound.class);
        }
        assertThat(engine.list())
                .hasSize(3)
                .contains(new ListedContainer(
                        new ContainerRef("cri", OTHER, "shop/cart-2/app"), true, "running", "registry.example/app:1"));
    }

    @Test
    void aRuntimeThatTellsNoPidIsUnsupported() {
        for (String info : List.of("{}", "{\"pid\":0}", "{\"pid\":\"1\"}", "[]", "{\"pid\":1")) {
            runtime.containers.clear();
            runtime.add(ID, "cart-1", ContainerState.CONTAINER_RUNNING, info);
            assertThatThrownBy(() -> engine.running(ID)).as(info).isInstanceOf(EngineException.Unsupported.class);
        }
        runtime.containers.clear();
        runtime.add(ID, "cart-1", ContainerState.CONTAINER_RUNNING, "{\"pid\":1,\"runtimeSpec\":null}");
        assertThat(engine.running(ID).runtimeSpec()).isEqualTo(Optional.empty());
    }

    @Test
    void itTellsItsVersionAndWhetherItIsReady() {
        assertThat(engine.version()).isEqualTo("containerd 1.7.29");
        engine.checkReady();
        runtime.ready = false;
        assertThatThrownBy(engine::checkReady)
                .isInstanceOf(EngineException.Unreachable.class)
                .hasMessageContaining("ShimFailed because");
    }

    @Test
    void aRestartOfTheRuntimeIsSurvivedByTheKeptConnection() throws Exception {
        engine.version();
        runtime.close();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(engine::version)
                    .isInstanceOf(EngineException.Unreachable.class)
                    .hasMessageContaining("does not exist");
        }
        runtime = new FakeRuntime(socket);
        assertThat(engine.version()).isEqualTo("containerd 1.7.29");
    }

    @Test
    void nobodyListening() throws Exception {
        Path dead = dir.resolve("dead.sock");
        try (ServerSocketChannel s = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            s.bind(UnixDomainSocketAddress.of(dead));
        }
        assertThat(Files.exists(dead)).isTrue();
        try (CriEngine e = CriEngine.on(dead, Duration.ofSeconds(2))) {
            assertThatThrownBy(e::version)
                    .isInstanceOf(EngineException.Unreachable.class)
                    .hasMessageContaining(dead.toString())
                    .hasMessageContaining("Connection refused");
        }
    }

    @Test
    void aRuntimeThatHangsIsGivenUpInTime() {
        runtime.slow = true;
        try (CriEngine e = CriEngine.on(socket, Duration.ofMillis(300))) {
            long start = System.nanoTime();
            assertThatThrownBy(e::version)
                    .isInstanceOf(EngineException.Unreachable.class)
                    .hasMessageContaining("did not answer Version within 300 ms");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void theCandidatesAreTriedInOrder() {
        Path missing = dir.resolve("missing.sock");
        assertThat(CriSocket.find(List.of(missing, socket))).isEqualTo(socket);
        assertThatThrownBy(() -> CriSocket.find(List.of(missing)))
                .isInstanceOf(EngineException.Absent.class)
                .hasMessageContaining(missing.toString());
    }

    @Test
    void theEndpointOfCrictlIsTaken() {
        for (String endpoint : List.of("unix://" + socket, socket.toString())) {
            try (CriEngine e = CriEngine.of(endpoint)) {
                assertThat(e.socket()).isEqualTo(socket);
            }
        }
        assertThatThrownBy(() -> CriEngine.of("unix://" + dir + "/missing"))
                .isInstanceOf(EngineException.Absent.class)
                .hasMessageContaining(dir + "/missing");
        assertThatThrownBy(() -> CriEngine.of("tcp://127.0.0.1:1"))
                .isInstanceOf(EngineException.Unsupported.class)
                .hasMessageContaining("CONTAINER_RUNTIME_ENDPOINT=tcp://127.0.0.1:1 is no unix socket");
    }
}
