package dev.cntr.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigTest {
    @Test
    void onlyTheNodesNameIsNeeded() {
        AgentConfig config = AgentConfig.from(Map.of("NODE_NAME", "n1"));
        assertThat(config.nodeName()).isEqualTo("n1");
        assertThat(config.criSocket()).isEmpty();
        assertThat(config.relaySocket()).isEqualTo(Path.of("/run/cntr/relay.sock"));
        assertThat(config.healthPort()).isEqualTo(8081);
        assertThat(config.toolsContext()).isEmpty();
    }

    @Test
    void theContextOfTheToolsIsTakenAsItIs() {
        assertThat(AgentConfig.from(Map.of("NODE_NAME", "n1", "CNTR_TOOLS_CONTEXT", "u:r:t:s0:c1,c2"))
                        .toolsContext())
                .contains("u:r:t:s0:c1,c2");
    }

    @Test
    void aMissingNameTellsWhoSetsIt() {
        assertThatThrownBy(() -> AgentConfig.from(Map.of())).hasMessageContainingAll("NODE_NAME", "downward API");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "http", ""})
    void aPortIsAPort(String port) {
        assertThatThrownBy(() -> AgentConfig.from(Map.of("NODE_NAME", "n1", "CNTR_HEALTH_PORT", port)))
                .isInstanceOf(AgentException.class)
                .hasMessageContaining("'" + port + "'");
    }

    @Test
    void theChainOfCausesIsOneLineWithoutRepetition() {
        var inner = new IllegalStateException("no such\nfile");
        assertThat(AgentException.chain(new AgentException("cannot read", new RuntimeException("no such file", inner))))
                .isEqualTo("cannot read: no such file");
    }
}
