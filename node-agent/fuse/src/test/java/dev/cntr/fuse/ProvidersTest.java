package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.fuse.session.FuseException;
import dev.cntr.linux.Fd;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProvidersTest {
    private static final TreeOptions OPTIONS = TreeOptions.image(Path.of("/"));

    @Test
    void providersAreFoundByName() {
        assertThat(TreeProvider.names()).startsWith("auto", "fuse", "bind");
        for (String name : TreeProvider.names()) {
            assertThat(TreeProvider.named(name).name()).isEqualTo(name);
        }
    }

    @Test
    void anUnknownNameIsAnsweredWithThoseThereAre() {
        assertThatThrownBy(() -> TreeProvider.named("nfs"))
                .isInstanceOf(FuseException.class)
                .hasMessageContaining("'nfs'")
                .hasMessageContaining("auto, fuse, bind");
    }

    @Test
    void bindMountsHaveNoContextOfTheirOwn() {
        TreeOptions options = TreeOptions.image(Path.of("/")).withSeLinuxContext("u:object_r:tools_t:s0");

        assertThatThrownBy(() -> TreeProvider.named("bind").serve(options))
                .isInstanceOf(FuseException.class)
                .hasMessageContaining("'u:object_r:tools_t:s0'")
                .hasMessageContaining("only fuse can give it one");
    }

    @Test
    void theFirstThatWorksIsTaken() {
        ServedTree tree = auto(new Fixed("a", null, null), new Fixed("b", null, null));
        assertThat(tree.report().provider()).isEqualTo("a");
        assertThat(tree.report().passedOver()).isEmpty();
    }

    @Test
    void theOneThatIsExpectedIsTheFirstThatNothingIsKnownAgainst() {
        TreeProvider a = new Fixed("a", "no device", null);
        TreeProvider b = new Fixed("b", null, "refused");
        assertThat(new AutoProvider(List.of(a, b)).expected()).isEqualTo(b);
        assertThat(new AutoProvider(List.of(a)).expected().name()).isEqualTo("auto");
        assertThat(a.expected()).isEqualTo(a);
    }

    @Test
    void whatIsInTheWayOfOneIsReportedByTheNext() {
        ServedTree tree =
                auto(new Fixed("a", "no device", null), new Fixed("b", null, "refused"), new Fixed("c", null, null));
        assertThat(tree.report().provider()).isEqualTo("c");
        assertThat(tree.report().way()).isEqualTo("way of c");
        assertThat(tree.report().passedOver()).containsExactly("a: no device", "b: refused");
        assertThat(tree.report()).asString().contains("served by c").contains("a: no device; b: refused");
    }

    @Test
    void whereNoneWorksAllReasonsAreTold() {
        TreeProvider auto =
                new AutoProvider(List.of(new Fixed("a", "no device", null), new Fixed("b", null, "refused")));
        assertThatThrownBy(() -> auto.serve(OPTIONS))
                .isInstanceOf(FuseException.class)
                .hasMessageEndingWith("a: no device; b: refused");
        assertThat(auto.obstacle()).isEmpty();
        assertThat(new AutoProvider(List.of(new Fixed("a", "no device", null))).obstacle())
                .contains("a: no device");
    }

    private static ServedTree auto(TreeProvider... candidates) {
        return new AutoProvider(List.of(candidates)).serve(OPTIONS);
    }

    private record Fixed(
            String name, @Nullable String known, @Nullable String found) implements TreeProvider {
        @Override
        public Optional<String> obstacle() {
            return Optional.ofNullable(known);
        }

        @Override
        public ServedTree serve(TreeOptions options) {
            if (found != null) {
                throw new FuseException(found);
            }
            return new Nowhere(name);
        }
    }

    private record Nowhere(String name) implements ServedTree, TreeReport {
        @Override
        public Fd cloneMount() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Fd cloneMount(Fd userNamespace) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isServing() {
            return true;
        }

        @Override
        public TreeReport report() {
            return this;
        }

        @Override
        public String provider() {
            return name;
        }

        @Override
        public String way() {
            return "way of " + name;
        }

        @Override
        public String toString() {
            return "served by " + name;
        }

        @Override
        public void close() {}
    }
}
