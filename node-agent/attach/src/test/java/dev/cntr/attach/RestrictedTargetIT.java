package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Targets that are not simply root with a root directory. */
class RestrictedTargetIT {
    @TempDir
    Path directory;

    private TestTools tools;

    @BeforeEach
    void makeTools() throws IOException {
        assumeThat(TestTarget.possible())
                .as("/usr/bin/busybox (busybox-static) is installed")
                .isTrue();
        tools = TestTools.make(directory.resolve("tools"));
    }

    @Test
    void anotherUserWithoutPrivilegesUnderSeccomp() throws IOException {
        try (TestTarget target = TestTarget.start(directory.resolve("target"), false, "exec /bin/become")) {
            String status = Session.run(target, tools, "cat /proc/self/status");
            for (String key : List.of(
                    "Uid",
                    "Gid",
                    "Groups",
                    "CapInh",
                    "CapPrm",
                    "CapEff",
                    "CapBnd",
                    "CapAmb",
                    "NoNewPrivs",
                    "Seccomp",
                    "Seccomp_filters")) {
                assertThat(line(status, key)).isEqualTo(line(target.file("status"), key));
            }
            assertThat(Session.run(target, tools, "id")).startsWith("uid=65532(app) gid=65532 groups=2000,3000");
            assertThat(line(status, "CapBnd")).endsWith("0000000000000400");
            assertThat(Session.run(target, tools, "linux32 true"))
                    .as("personality(2)")
                    .contains("not permitted");
            assertThat(Session.run(target, tools, "ulimit -n")).isEqualTo("99\n");
            assertThat(Session.run(target, tools, "echo x > /dev/stdout"))
                    .as("its own pipe")
                    .isEqualTo("x\n");
        }
    }

    @Test
    void aUserNamespaceOfItsOwn() throws IOException {
        try (TestTarget target = TestTarget.inUserNamespace(directory.resolve("target"))) {
            assertThat(Session.run(target, tools, "readlink /proc/self/ns/user").strip())
                    .isEqualTo(target.link("ns/user"));
            assertThat(Session.run(target, tools, "id -u; id -g; cat /proc/self/uid_map"))
                    .startsWith("0\n0\n")
                    .contains("100000");
            assertThat(line(Session.run(target, tools, "cat /proc/self/status"), "CapEff"))
                    .isEqualTo(line(target.file("status"), "CapEff"));
            assertThat(Session.run(target, tools, "ls /var/lib/cntr")).contains("data");
        }
    }

    @Test
    void chrootedWithoutANamespace() throws IOException {
        Path root = Files.createDirectories(directory.resolve("jail"));
        Files.createDirectories(root.resolve("bin"));
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "jailed:x:0:0::/:/bin/sh\n");
        Files.copy(Path.of("/usr/bin/busybox"), root.resolve("bin/busybox"));
        Process process =
                new ProcessBuilder("/usr/sbin/chroot", root.toString(), "/bin/busybox", "sleep", "1000").start();
        try (TestTarget target = TestTarget.of(process, root)) {
            assertThat(Session.run(target, tools, "ls /var/lib/cntr; cat /etc/passwd"))
                    .isEqualTo("bin\netc\njailed:x:0:0::/:/bin/sh\n");
            assertThat(Session.run(target, tools, "cat /proc/1/comm").strip())
                    .as("a proc for it, though it has none")
                    .isEqualTo(Files.readString(Path.of("/proc/1/comm"), StandardCharsets.UTF_8)
                            .strip());
        }
    }

    private static String line(String status, String key) {
        return Pattern.compile("^" + key + ":.*$", Pattern.MULTILINE)
                .matcher(status)
                .results()
                .findFirst()
                .orElseThrow()
                .group();
    }
}
