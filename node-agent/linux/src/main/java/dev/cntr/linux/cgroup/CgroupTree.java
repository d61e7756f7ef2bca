package dev.cntr.linux.cgroup;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.proc.MountInfo;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.linux.proc.ProcessGoneException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A cgroup that this program has made, with those below it, on its way out.
 *
 * @param top its directory
 */
public record CgroupTree(Path top) {
    private static final int SIGKILL = 9;
    private static final int ATTEMPTS = 150;
    private static final long PAUSE_MILLIS = 20;

    /**
     * Kills what is in it and removes it; one that is gone is no error. The dead may take a while to leave.
     *
     * @throws CgroupException where it cannot be removed in a few seconds
     */
    void remove() {
        for (int attempt = 1; ; attempt++) {
            try {
                removeNow();
                return;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw new CgroupException("cannot remove the cgroup " + top + ": " + e.getMessage(), e);
                }
                pause();
            }
        }
    }

    private void removeNow() throws IOException {
        for (Path cgroup : all(top, _ -> true)) {
            for (int pid : new CgroupFiles(cgroup).processes()) {
                if (pid != 0) { // one of another pid namespace
                    kill(pid);
                }
            }
            Files.deleteIfExists(cgroup);
        }
    }

    /** A process that has got the number of one that was listed is not in it. */
    private void kill(int pid) {
        String name = String.valueOf(top.getFileName());
        try (PinnedProcess process = PinnedProcess.open(pid)) {
            if (process.files().cgroups().stream()
                    .anyMatch(m -> List.of(m.path().split("/", -1)).contains(name))) {
                process.signal(SIGKILL);
            }
        } catch (ProcessGoneException | ErrnoException e) {
            // it has ended by itself
        }
    }

    /**
     * Removes what a program that was killed has left: every {@link SiblingCgroup} of a name that begins so, with what is in it where that is of this program's pid
     * namespace or below. None of them may be in use.
     *
     * @return the directories that were removed, or could not be, each with the reason
     */
    public static List<String> sweep(String prefix) {
        return sweep(prefix, _ -> false);
    }

    /**
     * The same without those that are in use.
     *
     * @param inUse asked with what follows the prefix in a name
     */
    public static List<String> sweep(String prefix, Predicate<String> inUse) {
        return sweep(prefix, inUse, mounts());
    }

    static List<String> sweep(String prefix, Predicate<String> inUse, List<Path> tops) {
        List<String> done = new ArrayList<>();
        for (Path top : tops) {
            for (Path found : all(top, directory -> {
                String name = directory.getFileName().toString();
                return name.startsWith(prefix) && !inUse.test(name.substring(prefix.length()));
            })) {
                if (new CgroupFiles(found).processes().contains(0)) {
                    continue; // another node's on the same machine
                }
                try {
                    new CgroupTree(found).remove();
                    done.add(found.toString());
                } catch (CgroupException e) {
                    done.add(e.getMessage());
                }
            }
        }
        return done;
    }

    private static List<Path> mounts() {
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            return self.mounts().stream()
                    .filter(mount ->
                            mount.type().equals("cgroup2") || mount.type().equals("cgroup"))
                    .map(MountInfo::mountPoint)
                    .distinct()
                    .map(Path::of)
                    .toList();
        }
    }

    /** A directory and all below that are asked for, the deepest first. Links are not followed, and what goes meanwhile is left out. */
    private static List<Path> all(Path top, Predicate<Path> wanted) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(top, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
                    if (wanted.test(directory)) {
                        found.add(directory);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException e) {
            return found;
        } catch (IOException e) {
            throw new CgroupException("cannot list the cgroups of " + top + ": " + e.getMessage(), e);
        }
        return found;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
