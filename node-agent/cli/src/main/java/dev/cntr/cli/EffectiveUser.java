package dev.cntr.cli;

import dev.cntr.fuse.passthrough.Owner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A user of this machine as {@code --effective-user} names it. */
final class EffectiveUser {
    private static final Path PASSWD = Path.of("/etc/passwd");
    private static final Pattern IDS = Pattern.compile("(\\d{1,10}):(\\d{1,10})");
    private static final Pattern ID = Pattern.compile("\\d{1,10}");
    // passwd(5)
    private static final int NAME = 0;
    private static final int UID = 2;
    private static final int GID = 3;

    private EffectiveUser() {}

    /**
     * Reads {@code UID:GID}, or {@code NAME} or {@code UID} of passwd(5).
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static Owner parse(String text) {
        return parse(text, PASSWD);
    }

    static Owner parse(String text, Path passwd) {
        Matcher ids = IDS.matcher(text);
        if (ids.matches()) {
            return new Owner(Long.parseLong(ids.group(1)), Long.parseLong(ids.group(2)));
        }
        int field = ID.matcher(text).matches() ? UID : NAME;
        try {
            for (String line : Files.readAllLines(passwd, StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(":", -1);
                if (fields.length > GID && fields[field].equals(text)) {
                    return new Owner(Long.parseLong(fields[UID]), Long.parseLong(fields[GID]));
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + e.getMessage() + ": give UID:GID, as numbers", e);
        }
        throw new IllegalArgumentException("\"" + text + "\" is no user in " + passwd + ": give UID:GID, as numbers");
    }
}
