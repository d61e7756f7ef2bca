package dev.cntr.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cntr.attach.tools.Tools;
import dev.cntr.attach.tools.ToolsSource;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.MountableImage;
import dev.cntr.engine.NodeImages;
import dev.cntr.engine.RunningContainer;
import dev.cntr.engine.cri.CriEngine;
import dev.cntr.engine.cri.StorageImages;
import dev.cntr.engine.local.LocalImages;
import dev.cntr.fuse.TreeProvider;
import dev.cntr.linux.Fd;
import dev.cntr.linux.proc.PinnedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What an agent asks of a node whose runtime is CRI-O, of a real one without a kubelet. */
@Timeout(120)
class CrioIT {
    private static final int SIGCONT = 18;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    @SuppressWarnings("NullAway.Init") // set by JUnit before the first use
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private CrioNode node;

    @SuppressWarnings("NullAway.Init")
    private CriEngine runtime;

    @BeforeEach
    void start() throws IOException {
        Path root = directory.resolve("root");
        for (String name : List.of("bin", "dev", "etc", "proc", "sys", "tmp", "var")) {
            Files.createDirectories(root.resolve(name));
        }
        Files.copy(Path.of("/usr/bin/busybox"), root.resolve("bin/busybox"));
        Files.createSymbolicLink(root.resolve("bin/sh"), Path.of("busybox"));
        Files.writeString(root.resolve("etc/whose"), "the image's\n");
        node = CrioNode.start(Files.createDirectory(directory.resolve("crio")), "it=" + root, "tools=" + root);
        runtime = CriEngine.on(node.socket());
    }

    @AfterEach
    void end() throws Exception {
        if (node != null) {
            runtime.close();
            node.close();
        }
    }

    @Test
    void anImageThatIsPulledCanBeTools() throws Exception {
        assertThat(LocalImages.of(runtime, "it")).isInstanceOf(StorageImages.class);
        NodeImages images =
                new StorageImages(runtime.images(), Path.of("/")); // not every machine lets its init be looked at
        String reference = node.image("tools");
        String id = images.pulled(reference, List.of(), () -> {});
        assertThat(images.pulled(reference, List.of(), () -> {})).isEqualTo(id);
        MountableImage image = images.hold(id, reference);
        assertThat(image.environment()).containsExactly("PATH=/bin", "IMAGE=tools");
        assertThat(image.layers()).hasSize(2);
        try (PinnedProcess self =
                        PinnedProcess.open((int) ProcessHandle.current().pid());
                Tools tools = new ToolsSource.Layers(image, self).open(TreeProvider.auto(), ToolsSource.Wishes.NONE);
                Fd mount = tools.cloneMount()) {
            Path seen = Path.of("/proc/self/fd/" + mount.number());
            assertThat(seen.resolve("etc/whose")).hasContent("the image's");
            assertThat(seen.resolve("bin/sh")).isSymbolicLink();
            assertThat(tools.path()).contains("/bin");
            assertThatThrownBy(() -> Files.writeString(seen.resolve("new"), "")).isInstanceOf(IOException.class);
        }
        String none = node.image("none");
        assertThatThrownBy(() -> images.pulled(none, List.of(), () -> {}))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(none);
        assertThatThrownBy(() -> images.hold("ab".repeat(32), reference))
                .isInstanceOf(EngineException.NotFound.class)
                .hasMessageContaining("images.json");
    }

    @Test
    void theNextStartIsStoppedBeforeItsFirstInstruction() throws Exception {
        node.run("run", node.image("it"), "ns/other/app", "/bin/sh", "-c", "sleep 600");
        CompletableFuture<Boolean> begun = new CompletableFuture<>();
        CompletableFuture<Optional<String>> next = nextStart("pod", true, begun);
        begun.get();
        String id = node.run("create", node.image("it"), "ns/pod/app", "/bin/sh", "-c", "echo >/ran; sleep 600");
        try (PinnedProcess init = PinnedProcess.open(pidOf(id))) {
            await().until(() -> init.files().status().tracer() != 0);
        }
        node.run("start", id);
        assertThat(next.get()).contains(id);
        RunningContainer container = runtime.running(id);
        try (PinnedProcess process = PinnedProcess.open(container.pid())) {
            Path ran = Path.of("/proc/" + process.pid() + "/root/ran");
            await().until(() -> process.files().stat().state() == 'T');
            assertThat(process.files().stat().command()).isEqualTo("sh");
            assertThat(ran).doesNotExist();
            process.signal(SIGCONT);
            await().until(() -> Files.exists(ran));
        }
    }

    @Test
    void aStartThatNobodyHoldsIsNotStopped() throws Exception {
        String old = node.run("run", node.image("it"), "ns/pod/app", "/bin/sh", "-c", "sleep 600");
        assertThat(runtime.startsOf("uid-of-pod", "app")).hasSize(1);
        CompletableFuture<Boolean> begun = new CompletableFuture<>();
        CompletableFuture<Optional<String>> next = nextStart("pod2", false, begun);
        begun.get();
        String id = node.run("run", node.image("it"), "ns/pod2/app", "/bin/sh", "-c", "sleep 600");
        assertThat(next.get()).contains(id).isNotEqualTo(Optional.of(old));
        try (PinnedProcess process = PinnedProcess.open(runtime.running(id).pid())) {
            assertThat(process.files().stat().state()).isNotEqualTo('T');
        }
    }

    /** Of a container that is not started yet, by what conmon has written. */
    private int pidOf(String id) throws IOException {
        Path file = directory.resolve("crio/run/overlay-containers/" + id + "/userdata/pidfile");
        return Integer.parseInt(Files.readString(file).strip());
    }

    private CompletableFuture<Optional<String>> nextStart(String pod, boolean hold, CompletableFuture<Boolean> begun) {
        NextStart.Waiter waiter = new NextStart.Waiter() {
            @Override
            public void begun() {
                begun.complete(true);
            }

            @Override
            public boolean over() {
                return false;
            }

            @Override
            public void checkPod() {}
        };
        return CompletableFuture.supplyAsync(() -> new NextStart(runtime, "uid-of-" + pod, "app", hold).await(waiter));
    }
}
