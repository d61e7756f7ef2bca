package dev.cntr.api;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's clock as long as it is right by the API server's, and that one's time otherwise: by it a session was created, and its time to live is so as long wherever it is
 * measured.
 *
 * <p>The server's time is that of its latest answer ({@code Date}, RFC 9110 section 6.6.1, in whole seconds) and what has gone by since, whatever this machine's clock is set to
 * meanwhile. An answer was on its way for a while: one that seems to be of an earlier time than those of the last minutes was so for longer, and does not count.
 */
public final class ServerClock extends Clock implements Interceptor {
    /** How wrong a clock may be: by less than this, the answer was on its way. */
    private static final Duration TOLERATED = Duration.ofSeconds(3);

    private static final Duration WINDOW = Duration.ofMinutes(2);
    private static final Logger log = LoggerFactory.getLogger(ServerClock.class);

    private final Clock own;
    private final LongSupplier nanos;
    private volatile @Nullable Answer latest;
    private volatile boolean complained;

    /** @param nanos when it came, by {@link System#nanoTime} */
    private record Answer(Instant date, long nanos) {
        Instant at(long then) {
            return date.plusNanos(then - nanos);
        }
    }

    /** Of this machine. */
    public ServerClock() {
        this(Clock.systemUTC(), System::nanoTime);
    }

    /**
     * @param own this machine's clock
     * @param nanos time that nobody sets, as {@link System#nanoTime}
     */
    public ServerClock(Clock own, LongSupplier nanos) {
        this.own = own;
        this.nanos = nanos;
    }

    @Override
    public Instant instant() {
        Instant mine = own.instant();
        Answer answer = latest;
        if (answer == null) {
            return mine;
        }
        Instant theirs = answer.at(nanos.getAsLong());
        return Duration.between(theirs, mine).abs().compareTo(TOLERATED) < 0 ? mine : theirs;
    }

    @Override
    public ZoneId getZone() {
        return own.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("instants only");
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        String date = response.header("Date");
        if (date == null) {
            return;
        }
        try {
            answered(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)));
        } catch (DateTimeException _) {
            // A proxy's own idea of a date: no news.
        }
    }

    private synchronized void answered(Instant date) {
        long now = nanos.getAsLong();
        Answer known = latest;
        if (known == null || now - known.nanos() > WINDOW.toNanos() || date.isAfter(known.at(now))) {
            latest = new Answer(date, now);
            complain(date);
        }
    }

    private void complain(Instant date) {
        Duration wrong = Duration.between(date, own.instant());
        if (wrong.abs().compareTo(TOLERATED) < 0) {
            complained = false;
        } else if (!complained) {
            complained = true;
            log.warn(
                    "this machine's clock is {} s {} the API server's, whose time counts; set it right",
                    wrong.abs().toSeconds(),
                    wrong.isNegative() ? "behind" : "ahead of");
        }
    }
}
