package dev.cntr.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this JVM holds of the kernel's. */
final class Leftovers {
    private Leftovers() {}

    /** Open descriptors. */
    static long descriptors() throws IOException {
        return count(Path.of("/proc/self/fd"));
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.count();
        }
    }

    /** Threads that serve a file system, or hold a mount. */
    static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("fuse-"))
                .count();
    }

    /** FUSE mounts of the calling thread's mount namespace. */
    static long mounts() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/mountinfo"))) {
            return lines.filter(l -> l.contains(" - fuse.")).count();
        }
    }

    /** Resident anonymous memory, in KiB: heap, stacks, and what was mapped for buffers. */
    static long residentKilobytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(l -> l.startsWith("RssAnon:"))
                    .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
