package dev.cntr.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.engine.EngineException;
import dev.cntr.engine.process.ProcessTable.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandEngineTest {
    private static final int SELF = 90;

    private final CommandEngine engine = new CommandEngine(
            () -> new ProcessTable(List.of(
                    entry(1, 0, "/sbin/init"),
                    entry(2, 0),
                    entry(10, 1, "timeout", "60", "sleep", "infinity"),
                    entry(11, 10, "/usr/bin/sleep", "infinity"),
                    entry(12, 1, "sh", "-c", "sleep infinity; true"),
                    entry(20, 1, "nginx: master process /usr/sbin/nginx"),
                    entry(21, 20, "nginx: worker process"),
                    entry(30, 1, "redis-server", "*:6379"),
                    entry(31, 1, "redis-server", "*:6380"),
                    entry(80, 1, "sudo", "cntr", "attach", "-t", "command", "sleep infinity"),
                    entry(81, 80, "sleep", "infinity", "as", "an", "ancestor"),
                    entry(SELF, 81, "java", "cntr", "sleep infinity"))),
            SELF);

    private static Entry entry(int pid, int parent, String... arguments) {
        return new Entry(pid, parent, "x", List.of(arguments), pid);
    }

    @Test
    void theProcessIsFoundNotItsWrapperNorAnAncestor() {
        assertThat(engine.find("sleep infinity").pid()).isEqualTo(11);
        assertThat(engine.find("/usr/bin/sleep  infinity").pid()).isEqualTo(11);
        assertThat(engine.find("sleep").pid()).isEqualTo(11);
        assertThat(engine.find("timeout").pid()).isEqualTo(10);
    }

    @Test
    void aServerIsMeantNotItsWorkers() {
        assertThat(engine.find("nginx").pid()).isEqualTo(20);
        assertThat(engine.find("nginx: worker process").pid()).isEqualTo(21);
    }

    @Test
    void twoOfAKindAreAmbiguous() {
        assertThat(engine.find("redis-server *:6380").pid()).isEqualTo(31);
        assertThatThrownBy(() -> engine.find("redis-server"))
                .isInstanceOf(EngineException.Ambiguous.class)
                .hasMessageContaining("redis-server *:6379 (command 30)");
    }

    @Test
    void partsOfWordsArgumentsAndCntrItselfDoNotMatch() {
        for (String reference : List.of("", " ", "slee", "infinity", "sudo", "java", "cntr", "sleep infinit")) {
            assertThatThrownBy(() -> engine.find(reference)).as(reference).isInstanceOf(EngineException.NotFound.class);
        }
    }

    @Test
    void aProcessIsFoundByItsId() {
        long self = ProcessHandle.current().pid();
        PidEngine pids = new PidEngine();
        assertThat(pids.find(Long.toString(self)).pid()).isEqualTo((int) self);
        for (String reference : List.of("0", "-1", "4194304", "99999999999", "1x", "")) {
            assertThatThrownBy(() -> pids.find(reference)).as(reference).isInstanceOf(EngineException.NotFound.class);
        }
    }

    @Test
    void thisProcessIsInTheTable() {
        ProcessTable table = ProcessTable.read();
        int self = (int) ProcessHandle.current().pid();
        Entry entry =
                table.all().stream().filter(e -> e.pid() == self).findFirst().orElseThrow();
        assertThat(entry.arguments().getFirst()).endsWith("java");
        assertThat(table.lineage(self)).contains(self, entry.parent(), 1);
        assertThat(table.children(entry.parent())).contains(entry);
    }

    @Test
    void optionsAreReadInEveryForm() {
        Entry entry = entry(1, 0, "p", "-Mone", "--directory=two", "--image", "three", "-D", "four");
        assertThat(entry.option("--machine", "-M")).contains("one");
        assertThat(entry.option("--directory")).contains("two");
        assertThat(entry.option("-i", "--image")).contains("three");
        assertThat(entry.option("-D")).contains("four");
        assertThat(entry.option("-x")).isEmpty();
    }
}
