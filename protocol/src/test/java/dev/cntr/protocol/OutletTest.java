package dev.cntr.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OutletTest {
    private final Outlet outlet = new Outlet(StreamId.STDOUT, 10, 4);
    private final Peer peer = new Peer();

    @Test
    void aFullWindowWaitsForAnAcknowledgement() throws Exception {
        outlet.connect(peer, 0);
        CompletableFuture<Boolean> sent = pump("0123456789abcde");
        peer.awaitBytes(10);
        Thread.sleep(30);
        assertThat(sent).isNotDone();
        outlet.acknowledge(2);
        peer.awaitBytes(12);
        outlet.acknowledge(12);
        assertThat(sent.get(5, TimeUnit.SECONDS)).isTrue();
        assertThat(peer.text()).isEqualTo("0123456789abcde");
        assertThat(peer.ended).isTrue();
        assertThat(outlet.unacknowledged()).isEqualTo(3);
    }

    @Test
    void closingWakesWhoeverWaits() throws Exception {
        CompletableFuture<Boolean> sent = pump("0123456789abcde");
        CompletableFuture<Boolean> all = CompletableFuture.supplyAsync(() -> {
            awaitSent(10);
            return outlet.awaitAcknowledged();
        });
        awaitSent(10);
        Thread.sleep(30);
        assertThat(all).isNotDone();
        outlet.close();
        assertThat(sent.get(5, TimeUnit.SECONDS)).isFalse();
        assertThat(all.get(5, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void acknowledgementsAreOfWhatWasSentAndNeverGoBack() throws Exception {
        outlet.pump(bytes("12345"));
        assertThat(outlet.acknowledge(3)).isTrue();
        assertThat(outlet.acknowledge(3)).isFalse();
        assertThatThrownBy(() -> outlet.acknowledge(2)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> outlet.acknowledge(6)).isInstanceOf(ProtocolException.class);
        outlet.acknowledge(5);
        assertThat(outlet.awaitAcknowledged()).isTrue();
    }

    @Test
    void anotherConnectionGetsWhatThePeerLacks() throws Exception {
        outlet.connect(peer, 0);
        outlet.pump(bytes("1234567"));
        outlet.acknowledge(2);
        Peer next = new Peer();
        outlet.connect(next, 4);
        assertThat(next.text()).isEqualTo("567");
        assertThat(next.ended).isTrue();
        assertThatThrownBy(() -> outlet.connect(next, 8)).isInstanceOf(ProtocolException.class);
    }

    /** The connection that breaks is told so once, and the bytes stay for the next one. */
    @Test
    void whatCouldNotBeSentIsKept() throws Exception {
        Peer broken = new Peer() {
            @Override
            public void send(StreamId stream, long offset, ByteBuffer bytes) throws IOException {
                throw new IOException("cut");
            }
        };
        outlet.connect(broken, 0);
        outlet.pump(bytes("1234567"));
        assertThat(broken.breaks).isEqualTo(1);
        outlet.connect(peer, 0);
        assertThat(peer.text()).isEqualTo("1234567");
    }

    @Test
    void nobodyIsWaitedForOnceTheOldestMayGo() throws Exception {
        outlet.discard();
        outlet.pump(bytes("the quick brown fox jumps over the lazy dog"));
        long start = outlet.hold();
        outlet.connect(peer, start);
        assertThat(peer.text()).isEqualTo("e lazy dog");
    }

    @Test
    void theLastBytesAreKeptAlsoWhereTheyAreAcknowledged() throws Exception {
        outlet.pump(bytes("abcdefgh"));
        outlet.acknowledge(8);
        outlet.pump(bytes("i"));
        outlet.connect(peer, outlet.hold());
        assertThat(peer.text()).isEqualTo("fghi");
    }

    @Test
    void theRingGrowsAndWrapsWithoutALostByte() throws Exception {
        Outlet large = new Outlet(StreamId.STDOUT, 100_000, 0);
        byte[] all = new byte[3_000_000];
        new Random(7).nextBytes(all);
        Random random = new Random(8);
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        CompletableFuture<Boolean> sent = CompletableFuture.supplyAsync(() -> pump(large, all));
        while (seen.size() < all.length) {
            Peer each = new Peer();
            large.connect(each, seen.size());
            each.awaitBytes(1);
            byte[] had = each.bytes();
            int taken = Math.min(had.length, 1 + random.nextInt(70_000));
            seen.write(had, 0, taken);
            large.connect(new Peer(), seen.size()); // what comes meanwhile is for nobody, and kept
            large.acknowledge(seen.size());
        }
        assertThat(sent.get(5, TimeUnit.SECONDS)).isTrue();
        assertThat(seen.toByteArray()).isEqualTo(all);
    }

    private CompletableFuture<Boolean> pump(String text) {
        return CompletableFuture.supplyAsync(() -> pump(outlet, text.getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean pump(Outlet to, byte[] bytes) {
        try {
            return to.pump(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitSent(long count) {
        while (outlet.sent() < count) {
            Thread.onSpinWait();
        }
    }

    private static ByteArrayInputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What a peer got. */
    private static class Peer implements Outlet.Sink {
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private volatile boolean ended;
        private int breaks;

        @Override
        public synchronized void send(StreamId stream, long offset, ByteBuffer bytes) throws IOException {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            got.writeBytes(copy);
        }

        @Override
        public void end(StreamId stream) throws IOException {
            ended = true;
        }

        @Override
        public void broken(IOException why) {
            breaks++;
        }

        synchronized byte[] bytes() {
            return got.toByteArray();
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        void awaitBytes(int count) {
            while (bytes().length < count) {
                Thread.onSpinWait();
            }
        }
    }
}
