package dev.cntr.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnginesTest {
    private static final List<EngineType> ORDER = List.of(EngineType.LXC, EngineType.DOCKER, EngineType.PODMAN);

    private final List<String> log = new ArrayList<>();

    /** Has one container of its own type's name, and says something else to all others. */
    private final class Scripted implements Engine {
        private final EngineType type;

        Scripted(EngineType type) {
            this.type = type;
            log.add("open " + type);
        }

        private ContainerRef ref() {
            return new ContainerRef(type.word(), "1", type + "s");
        }

        @Override
        public String version() {
            return type + " 1";
        }

        @Override
        public RunningContainer running(String id) {
            return new RunningContainer(ref(), 1, "", Map.of(), Optional.empty());
        }

        @Override
        public RunningContainer find(String reference) {
            if (type == EngineType.DOCKER && reference.equals("stopped")) {
                throw new EngineException.NotRunning(ref(), "it is exited");
            }
            if (type == EngineType.DOCKER && reference.equals("several")) {
                throw new EngineException.Ambiguous("docker", reference, List.of(ref(), ref()));
            }
            if (type == EngineType.PODMAN || reference.equals(type + "s")) {
                return running("1");
            }
            throw new EngineException.NotFound(type.word(), reference);
        }

        @Override
        public List<ListedContainer> list() {
            if (type == EngineType.LXC) {
                throw new EngineException.Absent("LXC is not installed");
            }
            if (type == EngineType.DOCKER) {
                throw new EngineException.Unreachable("docker hangs", null);
            }
            return List.of(new ListedContainer(ref(), true, "running", ""));
        }

        @Override
        public void close() {
            log.add("close " + type);
        }
    }

    private final Engines engines = new Engines(Scripted::new);

    @Test
    void theFirstThatHasItWinsAndNoOtherIsOpened() {
        try (Engines.Found found = engines.find(ORDER, "dockers")) {
            assertThat(found.type()).isEqualTo(EngineType.DOCKER);
            assertThat(log).containsExactly("open lxc", "close lxc", "open docker");
        }
        assertThat(log).endsWith("close docker");
    }

    @Test
    void oneThatIsStoppedOrAmbiguousIsNotTakenFromAnotherEngine() {
        for (String reference : List.of("stopped", "several")) {
            assertThatThrownBy(() -> engines.find(ORDER, reference)).hasMessageContaining("\n  docker: ");
        }
        assertThat(log).doesNotContain("open podman");
    }

    @Test
    void theErrorTellsWhatEachSaid() {
        Engines withRkt = new Engines(type -> {
            if (type == EngineType.RKT) {
                throw new EngineException.Unsupported("rkt is over", null);
            }
            return new Scripted(type);
        });
        assertThatExceptionOfType(EngineException.Unresolved.class)
                .isThrownBy(() -> withRkt.find(List.of(EngineType.RKT, EngineType.LXC), "x"))
                .withMessage(
                        "no running container is \"x\". Asked were:\n  rkt: rkt is over\n  lxc: lxc has no container x")
                .satisfies(e -> assertThat(e.decisive()).isInstanceOf(EngineException.NotFound.class));
        assertThatExceptionOfType(EngineException.Unresolved.class)
                .isThrownBy(() -> withRkt.find(List.of(EngineType.RKT), "x"))
                .satisfies(e -> assertThat(e.decisive()).isInstanceOf(EngineException.Unsupported.class));
    }

    @Test
    void aListPassesOverEnginesThatAreNotHere() {
        Engines.Inventory all = engines.list(ORDER);
        assertThat(all.containers()).extracting(c -> c.ref().name()).containsExactly("podmans");
        assertThat(all.failures()).extracting(Throwable::getMessage).containsExactly("docker hangs");
        assertThat(log).endsWith("open podman", "close podman");
    }

    @Test
    void anIdBeatsANameBeatsTheBeginningOfAnId() {
        List<ListedContainer> all = List.of(
                listed("abc", "x", true),
                listed("x1", "abc", true),
                listed("x2", "b", true),
                listed("b9", "y", true),
                listed("o1", "old", false),
                listed("o2", "older", true));
        assertThat(Match.one("e", "abc", all).id()).isEqualTo("abc");
        assertThat(Match.one("e", "b", all).id()).isEqualTo("x2");
        assertThat(Match.one("e", "b9", all).id()).isEqualTo("b9");
        assertThat(Match.one("e", "o", all).id()).as("the running one").isEqualTo("o2");
        assertThat(Match.one("e", "old", all).id())
                .as("by name, though it is stopped")
                .isEqualTo("o1");
        assertThatThrownBy(() -> Match.one("e", "", all)).isInstanceOf(EngineException.NotFound.class);
        List<ListedContainer> two = List.of(listed("aa1", "p", true), listed("aa2", "q", true));
        assertThatThrownBy(() -> Match.one("e", "aa", two))
                .isInstanceOf(EngineException.Ambiguous.class)
                .hasMessageContaining("p (e aa1), q (e aa2)");
    }

    private static ListedContainer listed(String id, String name, boolean running) {
        return new ListedContainer(new ContainerRef("e", id, name), running, "", "");
    }
}
