package dev.cntr.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.RegistryLogin;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PullSecretsTest {
    private static final RegistryLogin JANE = new RegistryLogin("jane", "se:cret");

    private static String auth() {
        return Base64.getEncoder().encodeToString("jane:se:cret".getBytes(UTF_8));
    }

    private static List<RegistryLogin> logins(String place, String image) {
        return PullSecrets.logins(
                "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(place, auth()), image, "team/registry");
    }

    @ParameterizedTest
    @CsvSource({
        "r.example, r.example/a:1, true",
        "https://r.example, r.example/a/b, true",
        "https://r.example/v2/, r.example/a@sha256:00, true",
        "R.Example:5000, r.example:5000/a, true",
        "r.example:5000, r.example/a, false",
        "r.example, other.example/a, false",
        "r.example, sub.r.example/a, false",
        "*.example, r.example/a, true",
        "*.example, a.r.example/a, false",
        "r.example/team, r.example/team/tools:1, true",
        "r.example/team, r.example/team:1, true",
        "r.example/team, r.example/teams/tools, false",
        "r.example/team, r.example/other, false",
        "https://index.docker.io/v1/, docker.io/library/busybox, true",
        "docker.io, docker.io/library/busybox, true",
    })
    void aLoginIsForTheRegistryAndPathThatItNames(String place, String image, boolean matches) {
        assertThat(logins(place, image)).isEqualTo(matches ? List.of(JANE) : List.of());
    }

    @Test
    void theLongestPathComesFirst() {
        String two = """
                {"auths": {"r.example": {"username": "all", "password": "1"},
                           "r.example/team": {"username": "team", "password": "2"},
                           "r.example/none": {}}}""";
        assertThat(PullSecrets.logins(two, "r.example/team/tools", "team/registry"))
                .containsExactly(new RegistryLogin("team", "2"), new RegistryLogin("all", "1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense-secret",
                "{\"auths\":{\"r.example\":{\"auth\":\"!secret\"}}}",
                "{\"auths\":{\"r.example\":{\"auth\":\"c2VjcmV0\"}}}"
            })
    void whatIsNoConfigurationIsRefusedWithoutASecretInTheMessage(String config) {
        assertThatThrownBy(() -> PullSecrets.logins(config, "r.example/a", "team/registry"))
                .isInstanceOf(AgentException.class)
                .hasMessage("secret team/registry is no configuration of docker");
    }

    @Test
    void aLoginIsPrintedWithoutItsPassword() {
        assertThat(JANE).hasToString("jane");
    }
}
