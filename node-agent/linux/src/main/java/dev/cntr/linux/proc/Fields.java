package dev.cntr.linux.proc;

import java.util.regex.Pattern;

/** The words of a line of /proc. */
final class Fields {
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private Fields() {}

    static String[] words(String line) {
        String stripped = line.strip();
        return stripped.isEmpty() ? new String[0] : BLANKS.split(stripped);
    }

    /** Undoes the {@code \040} of {@code seq_escape}: blanks, tabs, line feeds, backslashes and {@code #}. */
    static String unescape(String s) {
        if (s.indexOf('\\') < 0) {
            return s;
        }
        StringBuilder out = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '\\' && i + 3 < s.length() && isOctal(s, i + 1)) {
                out.append((char) Integer.parseInt(s, i + 1, i + 4, 8));
                i += 3;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isOctal(String s, int from) {
        return s.chars().skip(from).limit(3).allMatch(c -> c >= '0' && c <= '7');
    }

    static IllegalArgumentException malformed(String file, String line) {
        return new IllegalArgumentException(
                "/proc/PID/" + file + " has a line that is not of the form of proc(5): " + line);
    }
}
