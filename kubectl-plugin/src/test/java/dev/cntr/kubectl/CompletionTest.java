package dev.cntr.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletionTest {
    private final List<List<String>> asked = new ArrayList<>();

    private List<String> complete(String... words) {
        return new Completion(Main.program(List.of()), arguments -> {
                    asked.add(arguments);
                    return List.of("pod/web", ":4");
                })
                .of(List.of(words));
    }

    @Test
    void commandsAndOptionsAreThoseOfTheProgram() {
        assertThat(complete("at")).containsExactly("attach", ":4");
        assertThat(complete("")).contains("attach").endsWith(":4");
        assertThat(complete("attach", "--tt")).containsExactly("--ttl", "--tty", ":4");
        assertThat(asked).isEmpty();
    }

    @Test
    void kubectlIsAskedForTheNamesInTheCluster() {
        assertThat(complete("attach", "")).containsExactly("pod/web", ":4");
        complete("attach", "-q", "--ttl", "5m", "-n", "shop", "--context=prod", "pod/web", "-c", "a");
        complete("attach", "--namespace", "s");
        assertThat(asked)
                .containsExactly(
                        List.of("__complete", "exec", ""),
                        List.of("__complete", "exec", "-n", "shop", "--context=prod", "pod/web", "-c", "a"),
                        List.of("__complete", "exec", "--namespace", "s"));
    }

    @Test
    void nodesAreThoseThatKubectlGets() {
        complete("attach", "-q", "--context=prod", "--image", "x", "node/w");
        assertThat(asked).containsExactly(List.of("__complete", "get", "--context=prod", "node/w"));
        asked.clear();
        assertThat(complete("attach", "no")).containsExactly("pod/web", "node/", ":4");
        assertThat(new Completion(Main.program(List.of()), _ -> List.of(":4")).of(List.of("attach", "nod")))
                .as("nothing else begins so: no space after it")
                .containsExactly("node/", ":6");
        assertThat(complete("attach", "")).containsExactly("pod/web", ":4");
    }

    @Test
    void sessionsAreThoseThatKubectlGets() {
        complete("approve", "-n", "shop", "--comment", "ticket 1", "w");
        complete("approve", "--node", "");
        complete("approve", "-n", "s");
        assertThat(asked)
                .containsExactly(
                        List.of("__complete", "get", "debugsessions", "-n", "shop", "w"),
                        List.of("__complete", "get", "nodedebugsessions", ""),
                        List.of("__complete", "exec", "-n", "s"));
        assertThat(complete("approve", "web-1", "")).as("one at a time").containsExactly(":4");
        assertThat(complete("replay", "")).containsExactly(":0");
    }

    @Test
    void filesMayFollowWhereNothingIsKnown() {
        assertThat(complete("attach", "pod/web", "--", "")).containsExactly(":0");
        assertThat(complete("attach", "--ttl", "")).containsExactly(":0");
        assertThat(complete("nothing", "")).containsExactly(":0");
    }
}
