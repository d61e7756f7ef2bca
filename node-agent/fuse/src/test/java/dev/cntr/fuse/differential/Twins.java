package dev.cntr.fuse.differential;

import dev.cntr.fuse.differential.Actor.Identity;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where sequences are run on two trees that begin empty.
 *
 * @param nativeTree a directory as it is
 * @param backing one that is served
 * @param served the same where it is mounted
 * @param accessTimes whether times of access are compared: what comes out of a page cache has been read of no file behind it
 * @param actors who makes the calls
 */
record Twins(Path nativeTree, Path backing, Path served, boolean accessTimes, Map<Identity, Actor> actors) {
    /**
     * In what the trees differ.
     *
     * @param steps the calls made, the last of which differed, unless all results were equal
     */
    record Difference(List<Step> steps, String what) {}

    /** Runs a sequence; empty where results and trees are equal. */
    Optional<Difference> run(List<Step> steps) throws IOException {
        String name = "run-" + System.nanoTime();
        Path n = open(nativeTree.resolve(name));
        open(backing.resolve(name));
        Path s = served.resolve(name);
        try (Side one = new Side(n);
                Side other = new Side(s);
                Side behind = new Side(backing.resolve(name))) {
            for (int i = 0; i < steps.size(); i++) {
                Outcome expected = result(steps.get(i), one);
                Outcome actual = result(steps.get(i), other);
                if (!comparable(expected.toString()).equals(comparable(actual.toString()))) {
                    return Optional.of(
                            new Difference(steps.subList(0, i + 1), "natively  " + expected + "\nthrough   " + actual));
                }
            }
            String difference = difference(Snapshot.of(one), Snapshot.of(other), "through");
            if (difference.isEmpty()) {
                difference = difference(Snapshot.of(one), Snapshot.of(behind), "behind ");
            }
            return difference.isEmpty() ? Optional.empty() : Optional.of(new Difference(steps, difference));
        } finally {
            remove(n);
            remove(s);
        }
    }

    private Outcome result(Step step, Side side) {
        return Objects.requireNonNull(actors.get(step.as()))
                .call(() -> step.operation().on(side));
    }

    private String comparable(String text) {
        return accessTimes ? text : text.replaceAll(" atime \\S+", "");
    }

    private String difference(Map<String, String> expected, Map<String, String> actual, String whence) {
        StringBuilder text = new StringBuilder();
        Map<String, String> all = new TreeMap<>(expected);
        all.putAll(actual);
        for (String path : all.keySet()) {
            String e = expected.getOrDefault(path, "nothing");
            String a = actual.getOrDefault(path, "nothing");
            if (!comparable(e).equals(comparable(a))) {
                text.append(path)
                        .append("\n  natively ")
                        .append(e)
                        .append("\n  ")
                        .append(whence)
                        .append("  ")
                        .append(a);
                text.append('\n');
            }
        }
        return text.toString();
    }

    /** Leaves out of a sequence what can be left out without its difference going away. */
    Difference shrink(Difference found) throws IOException {
        Difference smallest = found;
        int chunk = Math.max(1, smallest.steps().size() / 2);
        while (chunk > 0) {
            int from = 0;
            while (from < smallest.steps().size()) {
                List<Step> fewer = new ArrayList<>(smallest.steps());
                fewer.subList(from, Math.min(from + chunk, fewer.size())).clear();
                Optional<Difference> still = run(fewer);
                if (still.isPresent()) {
                    smallest = still.get();
                } else {
                    from += chunk;
                }
            }
            chunk /= 2;
        }
        return smallest;
    }

    private static Path open(Path directory) throws IOException {
        Files.createDirectory(directory);
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static void remove(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
