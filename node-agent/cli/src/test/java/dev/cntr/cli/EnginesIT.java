package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code cntr attach} beside containers that real engines run. What is not installed is skipped. */
@Timeout(120)
class EnginesIT {
    record Ran(int code, String out, String err) {}

    /** Short, because it is part of the names of sockets. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path dir;

    private static Ran cntr(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dpicocli.converters.excludes=java.+", // as its launcher has it
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PATH", "/bin");
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), out, err);
    }

    private Ran attach(RealContainer target, String reference, String script) throws Exception {
        return cntr(
                target.environment,
                "attach",
                "-t",
                target.kind.type.word(),
                "--tools",
                dir.resolve("tools").toString(),
                "--filesystem",
                "bind",
                reference,
                "--",
                "sh",
                "-c",
                script);
    }

    @ParameterizedTest
    @EnumSource
    void attachesByNameIdAndItsBeginning(RealContainer.Kind kind) throws Exception {
        try (RealContainer target = RealContainer.start(kind, dir)) {
            makeTools(dir.resolve("tools"));
            Ran ran = attach(
                    target,
                    target.reference(),
                    "cat /var/lib/cntr/etc/whose; id -u; ps -o args | grep -c '[s]leep 600'; exit 7");
            assertThat(ran).isEqualTo(new Ran(7, target.name + "\n0\n1\n", ""));
            Ran back = attach(target, target.reference(), "cntr exec /bin/busybox cat /etc/whose; exit 8");
            assertThat(back).isEqualTo(new Ran(8, target.name + "\n", ""));
            // random ids by a part of them, others whole
            String beginning = target.id().matches("[0-9a-f]{64}") ? target.id().substring(0, 12) : target.id();
            assertThat(attach(target, beginning, "cat /var/lib/cntr/etc/whose"))
                    .isEqualTo(new Ran(0, target.name + "\n", ""));
            Ran list = cntr(target.environment, "list", "-t", kind.type.word(), "-o", "json");
            assertThat(list.out()).contains("\"id\" : \"" + target.id() + "\"").contains("\"running\" : true");
            if (kind == RealContainer.Kind.USERS_PODMAN_SERVICE) { // which no monitor tells of
                Ran created = attach(target, target.name + "-created", "true");
                assertThat(created.code()).as(created.err()).isEqualTo(124);
            }
            if (kind == RealContainer.Kind.DOCKER) {
                assertThat(RealContainer.run("docker", "diff", target.name)).isEmpty();
                RealContainer.run("docker", "kill", target.name);
                Ran stopped = attach(target, target.name, "true");
                assertThat(stopped.code()).as(stopped.err()).isEqualTo(124);
                assertThat(stopped.err()).contains("it is exited with code 137");
            }
        }
    }

    @Test
    void theToolsOfADockerContainerBecomeTheRoot() throws Exception {
        Process target = new ProcessBuilder("sleep", "600").start();
        try (RealContainer tools = RealContainer.start(RealContainer.Kind.DOCKER, dir)) {
            String pid = Long.toString(target.pid());
            String script =
                    "busybox cat /etc/whose; busybox touch /etc/x || busybox ls -d /var/lib/cntr/usr; echo $PATH";
            Ran ran = cntr(
                    Map.of(),
                    "attach",
                    "-t",
                    "pid,docker",
                    "--tools-from",
                    tools.name,
                    pid,
                    "--",
                    "busybox",
                    "sh",
                    "-c",
                    script);
            String path = "/var/lib/cntr-session:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
            assertThat(ran)
                    .isEqualTo(new Ran(
                            0,
                            tools.name + "\n/var/lib/cntr/usr\n" + path + "\n",
                            "touch: /etc/x: Read-only file system\n"));
            Map<String, String> cache = Map.of("CNTR_IMAGE_CACHE", dir + "/cache");
            for (String image : List.of(tools.name, "docker:" + tools.name)) { // the second time from the cache
                assertThat(cntr(cache, "attach", "--image", image, pid, "--", "/bin/busybox", "cat", "/etc/whose"))
                        .isEqualTo(new Ran(0, tools.name + "\n", ""));
            }
            Ran none = cntr(cache, "attach", "--image", "docker:no-such-image", pid);
            assertThat(none).isEqualTo(new Ran(123, "", "cntr: docker has no image no-such-image\n"));
            assertThat(RealContainer.run("docker", "diff", tools.name)).isEmpty();
            RealContainer.run("docker", "kill", tools.name);
            Ran stopped = cntr(Map.of(), "attach", "-t", "pid,docker", "--tools-from", tools.name, pid, "--", "true");
            assertThat(stopped.code()).as(stopped.err()).isEqualTo(124);
        } finally {
            target.destroyForcibly().waitFor();
        }
    }

    @Test
    void theToolsOfAContainerdImageBecomeTheRoot() throws Exception {
        try (RealContainer target = RealContainer.start(RealContainer.Kind.CONTAINERD, dir)) {
            makeTools(dir.resolve("tools"));
            Path saved = SavedImage.of(dir.resolve("tools"), Files.createDirectory(dir.resolve("image")));
            String address = Objects.requireNonNull(target.environment.get("CONTAINERD_ADDRESS"));
            RealContainer.run("ctr", "-a", address, "-n", "it", "images", "import", "--no-unpack", saved.toString());
            Map<String, String> environment = Map.of("CONTAINERD_ADDRESS", address, "CNTR_IMAGE_CACHE", dir + "/cache");
            String script = "cat /var/lib/cntr/etc/whose; echo $PATH; ls /";
            for (String image : List.of("containerd:tools:1.0", "containerd:docker.io/library/tools:1.0")) {
                Ran ran = cntr(
                        environment,
                        "attach",
                        "-t",
                        "containerd",
                        "--image",
                        image,
                        target.name,
                        "--",
                        "sh",
                        "-c",
                        script);
                assertThat(ran)
                        .isEqualTo(new Ran(
                                0,
                                target.name + "\n/var/lib/cntr-session:/bin\nbin\ndev\netc\nproc\nsys\ntmp\nvar\n",
                                ""));
            }
            Ran none = cntr(environment, "attach", "-t", "containerd", "--image", "containerd:tools:2.0", target.name);
            assertThat(none.code()).isEqualTo(123);
            assertThat(none.err()).contains("containerd has no image tools:2.0 in any namespace");
        }
    }

    /** What the sessions see at their root. */
    private static void makeTools(Path root) throws IOException {
        Files.createDirectories(root.resolve("bin"));
        Files.createDirectories(root.resolve("proc"));
        Files.copy(Path.of("/usr/bin/busybox"), root.resolve("bin/busybox"));
        for (String applet : List.of("sh", "cat", "id", "ls", "ps", "grep", "true")) {
            Files.createSymbolicLink(root.resolve("bin").resolve(applet), Path.of("busybox"));
        }
    }
}
