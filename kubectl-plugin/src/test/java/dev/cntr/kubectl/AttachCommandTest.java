package dev.cntr.kubectl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.api.DebugSessionSpec.Recording;
import dev.cntr.api.DebugSessionSpec.Variable;
import dev.cntr.api.Resources;
import dev.cntr.api.ToolsSpec;
import dev.cntr.kubectl.exit.CntrException;
import dev.cntr.kubectl.exit.ExitCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class AttachCommandTest {
    /** Flags, command, whether stdin and stdout are terminals; then whether stdin is sent and a terminal made. */
    @ParameterizedTest
    @CsvSource({
        "'', '', true, true, true, true",
        "'', '', false, true, true, false",
        "'', '', true, false, true, false",
        "'', 'id', true, true, false, false",
        "'-i', 'id', true, true, true, false",
        "'-t', 'id', true, true, false, true",
        "'-it', 'id', true, true, true, true",
        "'-it', 'id', true, false, true, true",
        "'-it', 'id', false, true, true, false",
        "'-i -t', '', true, true, true, true",
    })
    void inputAndTerminalAreDecidedAsByKubectl(
            String flags, String command, boolean in, boolean out, boolean stdin, boolean tty) {
        AttachRequest request = parse(
                        command.isEmpty() ? List.of() : List.of(command),
                        ("x " + flags).strip().split(" "))
                .request(in, out, true, Map.of());
        assertThat(request.stdin()).isEqualTo(stdin);
        assertThat(request.tty()).isEqualTo(tty);
    }

    @Test
    void whoHoldsAContainerWaitsForItsStart() {
        AttachRequest wait = parse(List.of(), "x", "--wait-start").request(true, true, true, Map.of());
        assertThat(wait.waitForStart()).isTrue();
        assertThat(wait.hold()).isFalse();
        AttachRequest hold = parse(List.of(), "x", "--hold").request(true, true, true, Map.of());
        assertThat(hold.waitForStart()).isTrue();
        assertThat(hold.hold()).isTrue();
    }

    @Test
    void limitsOfTheSessionAreQuantitiesOfKubernetes() {
        Resources limited = parse(List.of(), "x", "--memory", "64Mi", "--cpu", "500m", "--pids", "20")
                .request(true, true, true, Map.of())
                .resources();
        assertThat(limited).isEqualTo(new Resources(new Resources.Limits("500m", "64Mi", 20)));
        assertThat(parse(List.of(), "x").request(true, true, true, Map.of()).resources())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({"--memory, much", "--memory, 64Mb", "--cpu, 0.5 cores", "--pids, many"})
    void whatIsNoQuantityIsRefusedBeforeAnythingIsMade(String option, String value) {
        AttachCommand command = parse(List.of(), "x", option, value);
        assertThatThrownBy(() -> command.request(true, true, true, Map.of()))
                .isInstanceOf(CntrException.class)
                .hasMessageContaining(option + ": '" + value + "' is not a");
    }

    @ParameterizedTest
    @CsvSource({
        "--container app, --container",
        "--hold, --hold",
        "-n shop, --namespace",
        "--tools-from app, --tools-from",
        "--image busybox, --image",
        "--memory 64Mi, --memory",
        "--profile sysadmin, --profile"
    })
    void whatIsForContainersIsRefusedForANode(String given, String option) {
        AttachCommand command = parse(List.of(), ("node/worker-1 " + given).split(" "));
        assertThatThrownBy(() -> command.request(true, true, true, Map.of()))
                .isInstanceOf(CntrException.class)
                .hasMessageContaining(option + " is for containers");
    }

    @Test
    void aNodeMayHaveItsOwnTools() {
        AttachRequest request =
                parse(List.of(), "node/worker-1", "--tools", "host").request(true, true, true, Map.of());
        assertThat(request.target().node()).isTrue();
        assertThat(request.tools()).isEqualTo(ToolsSpec.ofHost());
    }

    @Test
    void theFlagsOfKubectlUsers() {
        AttachRequest request = parse(
                        List.of("sh", "-c", "exit 7"),
                        "deploy/web",
                        "-c",
                        "app",
                        "-n",
                        "team-a",
                        "--context",
                        "prod",
                        "--kubeconfig",
                        "/k",
                        "--ttl=30m",
                        "--idle-timeout=5m",
                        "--recording=Required",
                        "--tools-from=sidecar",
                        "--timeout=1m30s",
                        "--request-timeout",
                        "2",
                        "-q")
                .request(false, false, true, Map.of());
        assertThat(request.target().name()).isEqualTo("web");
        assertThat(request.container()).isEqualTo("app");
        assertThat(request.cluster().namespace()).isEqualTo("team-a");
        assertThat(request.cluster().context()).isEqualTo("prod");
        assertThat(request.cluster().kubeconfig()).isEqualTo("/k");
        assertThat(request.cluster().requestTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(request.ttl()).isEqualTo("30m");
        assertThat(request.idleTimeout()).isEqualTo("5m");
        assertThat(request.recording()).isEqualTo(Recording.REQUIRED);
        assertThat(request.tools()).isEqualTo(ToolsSpec.ofContainer("sidecar"));
        assertThat(request.timeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(request.command()).containsExactly("sh", "-c", "exit 7");
        assertThat(request.progress()).isEqualTo(Progress.Detail.QUIET);
    }

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox",
        "busybox:1.36, docker.io/library/busybox:1.36",
        "team/tools, docker.io/team/tools",
        "r.example/tools:1, r.example/tools:1",
        "localhost/tools:dev, localhost/tools:dev",
        "r.example:5000/a/b, r.example:5000/a/b"
    })
    void anImageIsNamedWithItsRegistry(String given, String whole) {
        assertThat(tools("--image=" + given)).isEqualTo(ToolsSpec.ofImage(whole));
    }

    @Test
    void aTagBesideADigestSaysNothing() {
        String digest = "@sha256:" + "0f".repeat(32);
        assertThat(tools("--image=r.example:5000/a:1" + digest))
                .isEqualTo(ToolsSpec.ofImage("r.example:5000/a" + digest));
        assertThat(tools("--image=a" + digest)).isEqualTo(ToolsSpec.ofImage("docker.io/library/a" + digest));
    }

    @Test
    void anImageMayNeedSecrets() {
        assertThat(tools("--image=r.example/a", "--image-pull-secret=one", "--image-pull-secret=two"))
                .isEqualTo(ToolsSpec.ofImage("r.example/a", List.of("one", "two")));
        assertThatThrownBy(() -> tools("--image-pull-secret=one"))
                .hasMessageContaining("--image-pull-secret is for --image");
    }

    @Test
    void withoutAWordTheToolsAreTheAgents() {
        assertThat(tools("-q")).isEqualTo(ToolsSpec.AGENT);
        assertThat(tools("--tools=agent")).isEqualTo(ToolsSpec.AGENT);
        assertThat(tools("--tools=host")).isEqualTo(ToolsSpec.ofHost());
    }

    private static ToolsSpec tools(String... options) {
        String[] words = Stream.concat(Stream.of("x"), Stream.of(options)).toArray(String[]::new);
        return parse(List.of(), words).request(false, false, false, Map.of()).tools();
    }

    @ParameterizedTest
    @CsvSource({"'', true, LIVE", "'', false, LATE", "-v, false, ALL", "-q, true, QUIET"})
    void progressIsForPeople(String flag, boolean errIsTerminal, Progress.Detail detail) {
        assertThat(parse(List.of(), ("x " + flag).strip().split(" "))
                        .request(false, false, errIsTerminal, Map.of())
                        .progress())
                .isEqualTo(detail);
    }

    @Test
    void onlyTheTerminalAndTheLanguageOfThisEnvironmentAreSent() {
        Map<String, String> env = Map.of(
                "TERM",
                "xterm",
                "COLORTERM",
                "truecolor",
                "LANG",
                "C.UTF-8",
                "LC_ALL",
                "C",
                "HOME",
                "/root",
                "SECRET",
                "s");
        assertThat(parse(List.of(), "x").request(true, true, true, env).env())
                .containsExactly(
                        new Variable("COLORTERM", "truecolor"),
                        new Variable("LANG", "C.UTF-8"),
                        new Variable("LC_ALL", "C"),
                        new Variable("TERM", "xterm"));
        assertThat(parse(List.of("id"), "x").request(true, true, true, env).env())
                .containsExactly(new Variable("LANG", "C.UTF-8"), new Variable("LC_ALL", "C"));
    }

    @ParameterizedTest
    @CsvSource({
        "'', name a target",
        "x y z, a command comes after --: kubectl cntr attach x -- y z",
        "x --idle-timeout=25h, --idle-timeout: '25h' is not between 1s and 24h",
        "x --recording=yes, --recording: 'yes' is neither Never nor BestEffort nor Required",
        "x --ttl=forever, --ttl: 'forever' is not a duration",
        "x --profile=root, --profile: there is no 'root'",
        "x --tools-from=../b, --tools-from: '../b' is not the name of a container",
        "x --image=a --tools-from=b, --tools, --image and --tools-from are alternatives",
        "x --tools=node, --tools: 'node' is neither agent nor host",
        "x --image=Busybox, --image: 'Busybox' is not the name of an image",
        "x --image=a@sha256:0, --image: 'a@sha256:0' is not the name of an image",
        "x -n ../b, is not the name of a namespace",
    })
    void mistakesAreExplained(String line, String message) {
        assertThatThrownBy(() -> parse(List.of(), line.isEmpty() ? new String[0] : line.split(" "))
                        .request(false, false, false, Map.of()))
                .isInstanceOfSatisfying(CntrException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(e.getMessage()).contains(message);
                });
    }

    @ParameterizedTest
    @CsvSource({
        "pod/x -l a=b, true, leave pod/x out",
        "-l a=b, false, name the command",
        "-i -l a=b, true, leave -i and -t out",
        "--selector=a=b -t, true, leave -i and -t out",
    })
    void whatMakesNoSenseForSeveralPodsIsSaid(String line, boolean withCommand, String message) {
        assertThatThrownBy(() -> parse(withCommand ? List.of("id") : List.of(), line.split(" "))
                        .checkEach())
                .isInstanceOfSatisfying(CntrException.class, e -> {
                    assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
                    assertThat(e.getMessage()).contains(message);
                });
    }

    @Test
    void besideEachPodACommandHasNoTerminal() {
        AttachCommand each = parse(List.of("id"), "-l", "app=web", "--ttl=5m");
        each.checkEach();
        AttachRequest request = each.ofEach("web-1", Map.of("TERM", "xterm"));
        assertThat(request.target().name()).isEqualTo("web-1");
        assertThat(request.tty()).isFalse();
        assertThat(request.stdin()).isFalse();
        assertThat(request.env()).isEmpty();
        assertThat(request.ttl()).isEqualTo("5m");
    }

    private static AttachCommand parse(List<String> command, String... args) {
        AttachCommand attach = new AttachCommand(command);
        new CommandLine(attach.spec())
                .registerConverter(Duration.class, Durations::parse)
                .parseArgs(args);
        return attach;
    }
}
