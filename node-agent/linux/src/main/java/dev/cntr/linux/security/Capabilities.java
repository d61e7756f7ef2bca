package dev.cntr.linux.security;

import dev.cntr.linux.Fd;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.ReadFile;
import java.util.Collection;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/**
 * A set of capabilities, one bit each, as /proc/PID/status prints it and capset(2) takes it. Bits of capabilities newer
 * than {@link Capability} are kept: what a process holds is copied whole.
 */
public record Capabilities(long bits) {
    public static final Capabilities NONE = new Capabilities(0);

    private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");
    private static final Pattern NUMBERED = Pattern.compile("CAP_(\\d\\d?)");

    public static Capabilities of(Capability... capabilities) {
        long bits = 0;
        for (Capability c : capabilities) {
            bits |= c.bit();
        }
        return new Capabilities(bits);
    }

    /** Everything that a kernel with this last capability knows. */
    public static Capabilities all(int last) {
        return new Capabilities(last == Long.SIZE - 1 ? -1 : (1L << last + 1) - 1);
    }

    /** The number of the running kernel's last capability, /proc/sys/kernel/cap_last_cap. */
    public static int last() {
        try (Fd fd = Fd.open("/proc/sys/kernel/cap_last_cap", OpenFlag.O_RDONLY)) {
            return Integer.parseInt(
                    ReadFile.text(fd, "/proc/sys/kernel/cap_last_cap").strip());
        }
    }

    /** Reads the hexadecimal digits of /proc/PID/status. */
    public static Capabilities parseHex(String digits) {
        return new Capabilities(Long.parseUnsignedLong(digits, 16));
    }

    /**
     * Reads names, with or without {@code CAP_}, in any case, separated by commas or blanks; also {@code CAP_41} for one
     * without a name.
     *
     * @throws IllegalArgumentException naming the word that is no capability
     */
    public static Capabilities parse(String names) {
        return parse(
                SEPARATOR.splitAsStream(names.strip()).filter(w -> !w.isEmpty()).toList());
    }

    /** As {@link #parse(String)}, one name an element. */
    public static Capabilities parse(Collection<String> names) {
        long bits = 0;
        for (String name : names) {
            bits |= bit(name);
        }
        return new Capabilities(bits);
    }

    private static long bit(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        String full = upper.startsWith("CAP_") ? upper : "CAP_" + upper;
        var numbered = NUMBERED.matcher(full);
        if (numbered.matches() && Integer.parseInt(numbered.group(1)) < Long.SIZE) {
            return 1L << Integer.parseInt(numbered.group(1));
        }
        try {
            return Capability.valueOf(full).bit();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("no capability is named " + name + ", capabilities(7) lists them", e);
        }
    }

    public boolean contains(Capability capability) {
        return (bits & capability.bit()) != 0;
    }

    public boolean contains(int number) {
        return (bits >>> number & 1) != 0;
    }

    public boolean containsAll(Capabilities other) {
        return (other.bits & ~bits) == 0;
    }

    public boolean isEmpty() {
        return bits == 0;
    }

    public Capabilities with(Capabilities other) {
        return new Capabilities(bits | other.bits);
    }

    public Capabilities without(Capabilities other) {
        return new Capabilities(bits & ~other.bits);
    }

    public Capabilities and(Capabilities other) {
        return new Capabilities(bits & other.bits);
    }

    /** The names separated by commas, {@code CAP_41} for one without a name; {@code none} for the empty set. */
    @Override
    public String toString() {
        StringJoiner names = new StringJoiner(",").setEmptyValue("none");
        Capability[] known = Capability.values();
        for (long rest = bits; rest != 0; rest &= rest - 1) {
            int n = Long.numberOfTrailingZeros(rest);
            names.add(n < known.length ? known[n].name() : "CAP_" + n);
        }
        return names.toString();
    }
}
