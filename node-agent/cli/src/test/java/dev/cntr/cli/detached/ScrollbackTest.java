package dev.cntr.cli.detached;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScrollbackTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    private static void append(Scrollback to, String text) throws InterruptedException {
        to.append(text.getBytes(ISO_8859_1), text.length());
    }

    private static byte[] all(Scrollback.Reader reader) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[7];
        try (reader) {
            int n;
            while ((n = reader.read(buffer)) >= 0) {
                out.write(buffer, 0, n);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static CompletableFuture<byte[]> reading(Scrollback.Reader reader) {
        return CompletableFuture.supplyAsync(() -> all(reader), Thread::startVirtualThread);
    }

    private static String text(Scrollback of) {
        return new String(all(of.reader(() -> {})), ISO_8859_1);
    }

    @Test
    void whoComesLateSeesTheLastWholeLines() throws InterruptedException {
        Scrollback kept = new Scrollback(10, LONG);
        append(kept, "one\ntwo\n");
        append(kept, "three\n4");
        kept.end();
        assertThat(text(kept)).isEqualTo("three\n4");
        assertThat(text(kept)).as("once more").isEqualTo("three\n4");
    }

    @Test
    void aLineThatIsLongerThanWhatIsKeptIsShownFromItsMiddle() throws InterruptedException {
        Scrollback kept = new Scrollback(4, LONG);
        append(kept, "0123456789");
        kept.end();
        assertThat(text(kept)).isEqualTo("6789");
    }

    @Test
    void allReadersGetEveryByteWhateverTheirPace() throws Exception {
        Scrollback kept = new Scrollback(1000, LONG);
        byte[] random = new byte[1_000_000];
        new Random(1).nextBytes(random);
        List<CompletableFuture<byte[]>> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Scrollback.Reader reader = kept.reader(() -> {});
            readers.add(reading(reader));
        }
        for (int at = 0; at < random.length; at += 2500) {
            byte[] part = new byte[2500];
            System.arraycopy(random, at, part, 0, 2500);
            kept.append(part, 2500);
        }
        kept.end();
        for (CompletableFuture<byte[]> reader : readers) {
            assertThat(reader.get()).isEqualTo(random);
        }
        kept.awaitReaders(LONG);
    }

    @Test
    void whoReadsNothingIsDroppedAndTheOthersGoOn() throws Exception {
        Scrollback kept = new Scrollback(10, Duration.ofMillis(200));
        AtomicInteger dropped = new AtomicInteger();
        Scrollback.Reader idle = kept.reader(dropped::incrementAndGet);
        Scrollback.Reader good = kept.reader(() -> dropped.addAndGet(100));
        CompletableFuture<byte[]> read = reading(good);
        append(kept, "0123456789");
        append(kept, "abcdefghij");
        append(kept, "x");
        kept.end();
        assertThat(read.get()).asString(ISO_8859_1).isEqualTo("0123456789abcdefghijx");
        assertThat(dropped).hasValue(1);
        assertThat(idle.read(new byte[1])).isEqualTo(-1);
        kept.awaitReaders(LONG);
    }
}
