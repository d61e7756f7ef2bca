package dev.cntr.kubectl;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as kubectl's flags have them: {@code 30s}, {@code 1m30s}, {@code 500ms}, or a bare number of seconds. */
final class Durations {
    private static final Pattern SYNTAX =
            Pattern.compile("(?:(\\d{1,5})h)?(?:(\\d{1,5})m(?!s))?(?:(\\d{1,5})s)?(?:(\\d{1,6})ms)?");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");

    private Durations() {}

    static Duration parse(String text) {
        if (SECONDS.matcher(text).matches()) {
            return positive(text, Duration.ofSeconds(Long.parseLong(text)));
        }
        Matcher parts = SYNTAX.matcher(text);
        if (text.isEmpty() || !parts.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a time: write it like 30s or 1m30s");
        }
        return positive(
                text,
                Duration.ofHours(number(parts, 1))
                        .plusMinutes(number(parts, 2))
                        .plusSeconds(number(parts, 3))
                        .plusMillis(number(parts, 4)));
    }

    private static Duration positive(String text, Duration duration) {
        if (duration.isZero()) {
            throw new IllegalArgumentException("'" + text + "' is no time to wait");
        }
        return duration;
    }

    private static long number(Matcher parts, int group) {
        String digits = parts.group(group);
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
