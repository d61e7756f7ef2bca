package dev.cntr.api;

import java.time.Duration;
import java.util.regex.Matcher;

/** Reads durations as the resource writes them: whole hours, minutes and seconds, for example {@code 1h30m} or {@code 90s}. */
public final class TimeToLive {
    /** The life of a session that names none. */
    public static final String DEFAULT = "1h";

    /** The longest life. */
    public static final Duration MAX = Duration.ofHours(24);

    static final String PATTERN = "^([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}s)?$";

    private static final java.util.regex.Pattern SYNTAX = java.util.regex.Pattern.compile(PATTERN);

    private TimeToLive() {}

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException if it is not one, or is not between a second and {@link #MAX}
     */
    public static Duration parse(String text) {
        Matcher parts = SYNTAX.matcher(text);
        if (text.isEmpty() || !parts.matches()) {
            throw new IllegalArgumentException(
                    "'%s' is not a duration: write it like 30m, 1h30m or 90s".formatted(text));
        }
        Duration duration =
                Duration.ofHours(number(parts, 1)).plusMinutes(number(parts, 2)).plusSeconds(number(parts, 3));
        if (!duration.isPositive() || duration.compareTo(MAX) > 0) {
            throw new IllegalArgumentException("'%s' is not between 1s and 24h".formatted(text));
        }
        return duration;
    }

    private static long number(Matcher parts, int group) {
        String part = parts.group(group);
        return part == null ? 0 : Long.parseLong(part.substring(0, part.length() - 1));
    }
}
