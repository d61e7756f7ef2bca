package dev.cntr.linux.proc;

import java.util.List;
import java.util.OptionalLong;

/** How the ids of a user namespace map to those outside of it: /proc/PID/uid_map and gid_map, user_namespaces(7). */
public record IdMap(List<Range> ranges) {
    /** Every id to itself, as outside of any user namespace. */
    public static final IdMap IDENTITY = new IdMap(List.of(new Range(0, 0, 0xffff_ffffL)));

    /** {@code count} ids from {@code inside} on are those from {@code outside} on. */
    public record Range(long inside, long outside, long count) {}

    public IdMap {
        ranges = List.copyOf(ranges);
    }

    /** Reads the text of the file, whose outside is the reader's user namespace. */
    public static IdMap parse(String text) {
        return new IdMap(text.lines().map(IdMap::range).toList());
    }

    private static Range range(String line) {
        String[] n = Fields.words(line);
        if (n.length != 3) {
            throw Fields.malformed("uid_map", line);
        }
        return new Range(Long.parseLong(n[0]), Long.parseLong(n[1]), Long.parseLong(n[2]));
    }

    public boolean identity() {
        return equals(IDENTITY);
    }

    /** The id outside that one inside stands for; empty where it is not mapped. */
    public OptionalLong outside(long inside) {
        return ranges.stream()
                .filter(r -> inside >= r.inside && inside - r.inside < r.count)
                .mapToLong(r -> inside - r.inside + r.outside)
                .findFirst();
    }

    /** The id inside that one outside shows as; empty where it is not mapped, and shows as the overflow id. */
    public OptionalLong inside(long outside) {
        return ranges.stream()
                .filter(r -> outside >= r.outside && outside - r.outside < r.count)
                .mapToLong(r -> outside - r.outside + r.inside)
                .findFirst();
    }
}
