package dev.cntr.agent.retired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cntr.linux.proc.PinnedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A retired agent and the one after it, both in this process. */
class RetiredAgentsTest {
    private static final String NONE = "cntr-retired-of-no-node-";

    @TempDir
    Path directory;

    private Place place = new Place(Path.of("/"));
    private final List<HeldSession> held = new CopyOnWriteArrayList<>(List.of(new HeldSession("u1", "shop", "web-1")));
    private final Counts counts = new Counts();
    private final Map<String, Double> counted = new ConcurrentHashMap<>();
    private final AtomicInteger came = new AtomicInteger();
    private final AtomicInteger left = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    @BeforeEach
    void place() {
        place = Place.beside(directory.resolve("relay.sock"));
    }

    private Retirement retire(String name) throws IOException {
        return new Retirement(place, name, () -> held, counts, new Retirement.Successor() {
            @Override
            public void came(PinnedProcess agent) {
                assertThat(agent.pid()).isEqualTo((int) ProcessHandle.current().pid());
                agent.close();
                came.incrementAndGet();
            }

            @Override
            public void left() {
                left.incrementAndGet();
            }
        });
    }

    private RetiredAgents find() {
        return find(1);
    }

    private RetiredAgents find(int most) {
        return new RetiredAgents(
                place,
                NONE,
                "9-9",
                most,
                (name, more, label) -> counted.merge(name + List.of(label), more, Double::sum),
                ended::incrementAndGet);
    }

    @Test
    void whereThereAreNoneThereIsNothing() {
        try (RetiredAgents agents = find()) {
            assertThat(agents.count()).isZero();
            assertThat(agents.hold("u1")).isFalse();
        }
        assertThat(place.directory()).doesNotExist();
    }

    @Test
    void whatOneKeepsIsKnownAndFollowed() throws IOException {
        try (Retirement _ = retire("7-1");
                RetiredAgents agents = find()) {
            assertThat(agents.count()).isOne();
            assertThat(agents.hold("u1")).isTrue();
            assertThat(agents.known()).isTrue();
            assertThat(List.of("7-1", "9-9")).allMatch(agents::live);
            assertThat(agents.live("8-1")).isFalse();
            assertThat(agents.relay("shop", "web-1")).contains(place.relay("7-1"));
            assertThat(agents.relay("shop", "web-2")).isEmpty();
            held.clear();
            await().untilAsserted(() -> assertThat(agents.hold("u1")).isFalse());
        }
    }

    @Test
    void theEndOfOneIsToldAndLeavesNothing() throws IOException {
        Retirement retired = retire("7-1");
        try (RetiredAgents agents = find()) {
            agents.close();
            await().untilAsserted(() -> assertThat(left).hasValue(1));
        }
        try (RetiredAgents agents = find()) {
            assertThat(came).hasValue(2);
            retired.close();
            assertThat(place.control("7-1")).doesNotExist();
            assertThat(agents.count()).isOne(); // its connection is still there: a process's end would close it
        }
        assertThat(ended).hasValue(0);
    }

    @Test
    void whatAKilledOneLeftIsRemovedAndItsLastWordsAreTold() throws IOException {
        place.make();
        Files.writeString(place.log("7-1"), "said\n");
        Files.createFile(place.control("7-1"));
        Files.createFile(place.relay("7-1"));
        try (RetiredAgents agents = find()) {
            assertThat(agents.count()).isZero();
        }
        assertThat(place.directory()).doesNotExist();
    }

    @Test
    void itWaitsForItsSessionsAsLongAsSomebodyServesTheNode() throws Exception {
        try (Retirement retired = retire("7-1")) {
            long began = System.nanoTime();
            assertThat(retired.await(held::isEmpty, Duration.ofMillis(300))).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(290));
            try (RetiredAgents _ = find()) {
                Thread.ofVirtual().start(() -> {
                    try {
                        Thread.sleep(900);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    }
                    held.clear();
                });
                assertThat(retired.await(held::isEmpty, Duration.ofMillis(300))).isTrue();
            }
        }
    }

    @Test
    void whatOneCountsIsCountedByTheOneAfterIt() throws IOException {
        counts.add("ended", 1, "reason", "Exited");
        try (Retirement retired = retire("7-1");
                RetiredAgents agents = find()) {
            assertThat(agents.sessions()).isOne();
            counts.add("bytes", 0.5);
            counts.add("bytes", 2);
            await().untilAsserted(() -> assertThat(counted)
                    .containsOnly(Map.entry("ended[reason, Exited]", 1.0), Map.entry("bytes[]", 2.5)));
            counts.add("bytes", 1);
            retired.close();
            await().untilAsserted(() -> assertThat(counted).containsEntry("bytes[]", 3.5));
            assertThat(agents.hold("u1")).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"+ ", "+ name", "+ name x", "+ name -1", "+ name NaN", "+ name Infinity"})
    void whatIsNoCountIsNotCounted(String line) {
        assertThat(Counts.tell(line, (name, more, label) -> counted.put(name, more)))
                .isTrue();
        assertThat(counted).isEmpty();
        assertThat(Counts.tell("u1 shop web-1", (name, more, label) -> counted.put(name, more)))
                .isFalse();
    }

    @Test
    void ofMoreThanMayBeTheOldestIsToldToEnd() throws Exception {
        Process older = new ProcessBuilder("sleep", "60").start();
        Thread.sleep(20); // a process's start is known to a hundredth of a second
        Process younger = new ProcessBuilder("sleep", "60").start();
        try (Retirement _ = retire(RetiredName.of(younger.toHandle()).toString());
                Retirement _ = retire(RetiredName.of(older.toHandle()).toString());
                RetiredAgents agents = find(1)) {
            assertThat(older.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(younger.isAlive()).isTrue();
            assertThat(agents.count()).isEqualTo(2); // their connections are this process's
        } finally {
            older.destroyForcibly();
            younger.destroyForcibly();
        }
    }

    @Test
    void onlyRootMayComeNear() throws IOException {
        try (Retirement _ = retire("7-1")) {
            assertThat(Files.getPosixFilePermissions(place.directory())).hasSize(3);
            assertThat(Files.getPosixFilePermissions(place.control("7-1"))).hasSize(2);
        }
    }
}
