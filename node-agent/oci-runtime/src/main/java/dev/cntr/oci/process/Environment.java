package dev.cntr.oci.process;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The environment of a process, environ(7): entries {@code NAME=value} of any bytes, in their order. Immutable. */
public final class Environment {
    /** What execvp(3) users expect where there is no PATH. */
    public static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static final Environment EMPTY = new Environment(List.of());

    private final List<byte[]> entries;

    private Environment(List<byte[]> entries) {
        this.entries = List.copyOf(entries);
    }

    /** As a process was given it. Entries without a name stay as they are. */
    public static Environment ofBytes(List<byte[]> entries) {
        return new Environment(entries);
    }

    /** From text. */
    public static Environment of(Collection<String> entries) {
        return new Environment(
                entries.stream().map(e -> e.getBytes(StandardCharsets.UTF_8)).toList());
    }

    /** With a variable set; it keeps its place where it was there already. */
    public Environment with(String name, String value) {
        byte[] entry = (name + "=" + value).getBytes(StandardCharsets.UTF_8);
        List<byte[]> changed = new ArrayList<>();
        boolean placed = false;
        for (byte[] e : entries) {
            if (!names(e, name)) {
                changed.add(e);
            } else if (!placed) {
                changed.add(entry);
                placed = true;
            }
        }
        if (!placed) {
            changed.add(entry);
        }
        return new Environment(changed);
    }

    /** Without a variable. */
    public Environment without(String name) {
        return new Environment(entries.stream().filter(e -> !names(e, name)).toList());
    }

    /** The value of a variable, read as UTF-8; the first one where it is there twice, as getenv(3) has it. */
    public Optional<String> value(String name) {
        int value = name.getBytes(StandardCharsets.UTF_8).length + 1;
        return entries.stream()
                .filter(e -> names(e, name))
                .findFirst()
                .map(e -> new String(e, value, e.length - value, StandardCharsets.UTF_8));
    }

    /** The names of all variables, in their order. */
    public List<String> names() {
        return entries.stream()
                .map(e -> new String(e, StandardCharsets.UTF_8))
                .filter(e -> e.indexOf('=') > 0)
                .map(e -> e.substring(0, e.indexOf('=')))
                .toList();
    }

    /** The entries, for execve(2). */
    public List<byte[]> entries() {
        return entries;
    }

    private static boolean names(byte[] entry, String name) {
        byte[] start = (name + "=").getBytes(StandardCharsets.UTF_8);
        return entry.length >= start.length && Arrays.equals(entry, 0, start.length, start, 0, start.length);
    }

    /** The names only: values may be secrets. */
    @Override
    public String toString() {
        return names().toString();
    }
}
