package dev.cntr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom {@code cntr serve} serves, and that who is not served goes on alone. */
@Timeout(120)
class ServeIT {
    private static final byte[] NOTHING = {};

    @TempDir
    private Path directory;

    private Path socket;
    private Path client;
    private Process server;

    @BeforeEach
    void start() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
        socket = directory.resolve("cntr.sock");
        client = Standalone.client(socket);
        server = Standalone.serve(socket);
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.destroyForcibly().waitFor();
    }

    /** The client, told to be a shell where it is not served; before it, a program that changes what it is. */
    private Standalone.Ran ask(List<String> before, String... words) throws Exception {
        List<String> command = new ArrayList<>(before);
        // the shell ends with 3 whatever its arguments are
        command.addAll(List.of(client.toString(), "/bin/sh", "-c", "echo alone; exit 3", Main.class.getName()));
        command.addAll(Arrays.asList(words));
        return Standalone.run(NOTHING, command);
    }

    @Test
    void rootIsServed() throws Exception {
        Standalone.Ran listed = ask(List.of(), "list", "-o", "json");
        assertThat(listed.code()).as(listed.err()).isNotEqualTo(3);
        assertThat(listed.text()).startsWith("[");
    }

    @Test
    void whatIsSaidGoesToTheCaller() throws Exception {
        Standalone.Ran ran = ask(List.of(), "attach", "-t", "pid", "4194304", "--", "true");
        assertThat(ran.code()).isEqualTo(123);
        assertThat(ran.err()).startsWith("cntr: ").contains("4194304");
        assertThat(ask(List.of(), "attach", "--no-such-option").code()).isEqualTo(2);
    }

    @Test
    void filesAreThoseOfTheCallersDirectory() throws Exception {
        Files.writeString(directory.resolve("tools"), "no directory");
        String pid = Long.toString(ProcessHandle.current().pid());
        Standalone.Ran ran = ask(
                List.of("env", "-C", directory.toString()),
                "attach",
                "--tools",
                "tools",
                "-t",
                "pid",
                pid,
                "--",
                "true");
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains(directory.resolve("tools").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "setpriv --reuid 65534 --clear-groups",
                "setpriv --bounding-set -sys_admin",
                "setpriv --no-new-privs",
                "unshare --mount",
                "unshare --net",
                "unshare --user --map-root-user",
                "unshare --pid --fork",
            })
    void whoCouldNotDoTheSameGoesOnAlone(String before) throws Exception {
        Standalone.Ran ran = ask(List.of(before.split(" ")), "list");
        assertThat(ran.code()).as(ran.err()).isEqualTo(3);
        assertThat(ran.text()).isEqualTo("alone\n");
    }

    @Test
    void whatIsNotServedGoesOnAlone() throws Exception {
        assertThat(ask(List.of(), "images").text()).isEqualTo("alone\n");
        assertThat(ask(List.of()).text()).isEqualTo("alone\n");
    }

    @Test
    void withoutAServerItGoesOnAloneWithTheSignalsThatItHad() throws Exception {
        server.destroyForcibly().waitFor(); // its socket stays
        assertThat(ask(List.of(), "list").text()).isEqualTo("alone\n");
        Files.delete(socket);
        assertThat(ask(List.of(), "list").text()).isEqualTo("alone\n");
        Standalone.Ran blocked =
                Standalone.run(NOTHING, List.of(client.toString(), "/bin/grep", "SigBlk", "/proc/self/status"));
        assertThat(blocked.text().strip()).endsWith("0000000000000000");
        server = Standalone.serve(socket); // where a killed one left its socket
        assertThat(ask(List.of(), "list").text()).doesNotContain("alone");
    }

    @Test
    void oneServesAtATimeAndLeavesNoSocket() throws Exception {
        List<String> second = new ArrayList<>(Standalone.MAIN_COMMAND);
        second.addAll(List.of("serve", "--socket", socket.toString()));
        Standalone.Ran ran = Standalone.run(NOTHING, second);
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("another cntr serve listens on " + socket);
        server.destroy();
        assertThat(server.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(server.exitValue()).isZero();
        assertThat(socket).doesNotExist();
    }

    @Test
    void itsEndIsTheEndOfWhatItRuns() throws Exception {
        try (Standalone cntr = Standalone.served(
                Files.createDirectory(directory.resolve("other")).resolve("tools"))) {
            Process attached = Standalone.builder(cntr.attach(List.of(), "sh", "-c", "echo on; sleep 1000"))
                    .start();
            assertThat(attached.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("on");
            cntr.server().destroyForcibly();
            assertThat(attached.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(attached.exitValue()).isEqualTo(125);
            assertThat(attached.errorReader(StandardCharsets.UTF_8).readLine()).contains("cntr serve");
        }
    }

    @Test
    void directoriesThatOthersCanWriteToAreRefused() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> command = new ArrayList<>(Standalone.MAIN_COMMAND);
        command.addAll(List.of("serve", "--socket", open.resolve("s").toString()));
        Standalone.Ran ran = Standalone.run(NOTHING, command);
        assertThat(ran.code()).isEqualTo(125);
        assertThat(ran.err()).contains("can be written to by others");
    }
}
