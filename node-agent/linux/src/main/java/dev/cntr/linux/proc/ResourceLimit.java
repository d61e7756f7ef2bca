package dev.cntr.linux.proc;

import java.util.EnumMap;
import java.util.Map;

/** The resources of getrlimit(2), with the words that /proc/PID/limits uses for them. Numbers: {@code asm-generic/resource.h}. */
public enum ResourceLimit {
    RLIMIT_CPU("Max cpu time"),
    RLIMIT_FSIZE("Max file size"),
    RLIMIT_DATA("Max data size"),
    RLIMIT_STACK("Max stack size"),
    RLIMIT_CORE("Max core file size"),
    RLIMIT_RSS("Max resident set"),
    RLIMIT_NPROC("Max processes"),
    RLIMIT_NOFILE("Max open files"),
    RLIMIT_MEMLOCK("Max locked memory"),
    RLIMIT_AS("Max address space"),
    RLIMIT_LOCKS("Max file locks"),
    RLIMIT_SIGPENDING("Max pending signals"),
    RLIMIT_MSGQUEUE("Max msgqueue size"),
    RLIMIT_NICE("Max nice priority"),
    RLIMIT_RTPRIO("Max realtime priority"),
    RLIMIT_RTTIME("Max realtime timeout");

    /** The value that stands for no limit, {@code RLIM_INFINITY}: all bits set. */
    public static final long UNLIMITED = -1;

    private static final int NAME_WIDTH = 25;

    private final String words;

    ResourceLimit(String words) {
        this.words = words;
    }

    /** The number that prlimit(2) takes. */
    public int number() {
        return ordinal();
    }

    /** What a process may use up to, and may raise that to; unsigned. */
    public record Range(long soft, long hard) {}

    /** Reads the text of /proc/PID/limits. Resources that this kernel does not list are left out. */
    public static Map<ResourceLimit, Range> parse(String text) {
        Map<ResourceLimit, Range> limits = new EnumMap<>(ResourceLimit.class);
        for (String line : text.lines().skip(1).toList()) {
            for (ResourceLimit limit : values()) {
                if (line.length() > NAME_WIDTH
                        && line.substring(0, NAME_WIDTH).strip().equals(limit.words)) {
                    String[] values = Fields.words(line.substring(NAME_WIDTH));
                    limits.put(limit, new Range(value(values[0]), value(values[1])));
                }
            }
        }
        return limits;
    }

    private static long value(String word) {
        return word.equals("unlimited") ? UNLIMITED : Long.parseUnsignedLong(word);
    }
}
