package dev.cntr.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class WindowTest {
    private final Window window = new Window(10);

    @Test
    void givesNoMoreThanIsFree() {
        assertThat(window.acquire(7)).isEqualTo(7);
        assertThat(window.send(7)).isZero();
        assertThat(window.acquire(7)).isEqualTo(3);
        assertThat(window.send(3)).isEqualTo(7);
        assertThat(window.unacknowledged()).isEqualTo(10);
        assertThatThrownBy(() -> window.send(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFullWindowWaitsForAnAcknowledgement() throws Exception {
        window.send(10);
        CompletableFuture<Integer> room = CompletableFuture.supplyAsync(() -> window.acquire(5));
        Thread.sleep(30);
        assertThat(room).isNotDone();
        window.acknowledge(2);
        assertThat(room.get(5, TimeUnit.SECONDS)).isEqualTo(2);
    }

    @Test
    void closingWakesWhoeverWaits() throws Exception {
        window.send(10);
        CompletableFuture<Integer> room = CompletableFuture.supplyAsync(() -> window.acquire(5));
        CompletableFuture<Boolean> all = CompletableFuture.supplyAsync(window::awaitAcknowledged);
        Thread.sleep(30);
        assertThat(all).isNotDone();
        window.close();
        assertThat(room.get(5, TimeUnit.SECONDS)).isZero();
        assertThat(all.get(5, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void acknowledgementsAreOfWhatWasSentAndNeverGoBack() {
        window.send(5);
        window.acknowledge(3);
        assertThatThrownBy(() -> window.acknowledge(2)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> window.acknowledge(6)).isInstanceOf(ProtocolException.class);
        window.acknowledge(5);
        assertThat(window.awaitAcknowledged()).isTrue();
    }
}
