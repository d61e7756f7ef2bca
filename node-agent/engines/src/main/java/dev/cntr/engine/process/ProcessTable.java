package dev.cntr.engine.process;

import dev.cntr.linux.proc.ProcessStat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The processes of this machine at one moment, from /proc. Those that end while it is read may be missing. */
public final class ProcessTable {
    /** Longer command lines are compared by their beginning. */
    private static final int MAX_ARGUMENTS = 64 * 1024;

    private static final Path PROC = Path.of("/proc");

    private final Map<Integer, Entry> entries;

    /** Of processes that were read elsewhere. */
    public ProcessTable(List<Entry> entries) {
        this.entries = new HashMap<>();
        entries.forEach(e -> this.entries.put(e.pid(), e));
    }

    /**
     * A process.
     *
     * @param command its name for the kernel, at most 15 characters
     * @param arguments empty for a thread of the kernel
     * @param startTime in clock ticks since boot
     */
    public record Entry(int pid, int parent, String command, List<String> arguments, long startTime) {
        public Entry {
            arguments = List.copyOf(arguments);
        }

        /** The value of an option that is given as {@code --name=value}, {@code --name value} or {@code -n value}. */
        public Optional<String> option(String... names) {
            for (int i = 1; i < arguments.size(); i++) {
                for (String name : names) {
                    String argument = arguments.get(i);
                    if (argument.equals(name) && i + 1 < arguments.size()) {
                        return Optional.of(arguments.get(i + 1));
                    }
                    if (name.startsWith("--") && argument.startsWith(name + "=")) {
                        return Optional.of(argument.substring(name.length() + 1));
                    }
                    if (!name.startsWith("--") && argument.startsWith(name) && argument.length() > name.length()) {
                        return Optional.of(argument.substring(name.length()));
                    }
                }
            }
            return Optional.empty();
        }
    }

    /** Reads it. */
    public static ProcessTable read() {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(PROC, "[1-9]*")) {
            for (Path directory : directories) {
                entry(directory).ifPresent(entries::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + PROC, e);
        }
        return new ProcessTable(entries);
    }

    /** The process that has a pid now; a zombie is none. */
    public static Optional<Entry> one(int pid) {
        return entry(PROC.resolve(Integer.toString(pid)));
    }

    private static Optional<Entry> entry(Path directory) {
        try (var cmdline = Files.newInputStream(directory.resolve("cmdline"))) {
            ProcessStat stat = ProcessStat.parse(
                    new String(Files.readAllBytes(directory.resolve("stat")), StandardCharsets.ISO_8859_1));
            String arguments = new String(cmdline.readNBytes(MAX_ARGUMENTS), StandardCharsets.UTF_8);
            return stat.state() == 'Z' || stat.state() == 'X'
                    ? Optional.empty()
                    : Optional.of(
                            new Entry(stat.pid(), stat.parent(), stat.command(), split(arguments), stat.startTime()));
        } catch (IOException e) {
            return Optional.empty(); // it has ended
        }
    }

    /** Programs that change their title leave zeroes or blanks behind it. */
    private static List<String> split(String arguments) {
        String text = arguments.replaceFirst("[\0 ]+$", "");
        return text.isEmpty() ? List.of() : List.of(text.split("\0", -1));
    }

    /** In the order of their pids. */
    public List<Entry> all() {
        return entries.values().stream()
                .sorted(Comparator.comparingInt(Entry::pid))
                .toList();
    }

    /** The oldest first. */
    public List<Entry> children(int pid) {
        return entries.values().stream()
                .filter(e -> e.parent() == pid)
                .sorted(Comparator.comparingLong(Entry::startTime).thenComparingInt(Entry::pid))
                .toList();
    }

    /** A process, its parent, and so on up to the first. */
    Set<Integer> lineage(int pid) {
        Set<Integer> lineage = new HashSet<>();
        for (Entry e = entries.get(pid); e != null && lineage.add(e.pid()); e = entries.get(e.parent())) {}
        return lineage;
    }

    /** Who a process belongs to; empty where it has ended. */
    public static Optional<Integer> owner(int pid) {
        try {
            for (String line : Files.readAllLines(PROC.resolve(pid + "/status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("Uid:")) {
                    return Optional.of(
                            Integer.parseUnsignedInt(line.substring(4).strip().split("\\s")[0]));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What this machine's kernel calls itself. */
    static String kernel() {
        return "Linux " + System.getProperty("os.version");
    }
}
