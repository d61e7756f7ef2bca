package dev.cntr.linux.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Files of one cgroup's directory, each of which holds a value or a few lines. */
record CgroupFiles(Path directory) {

    boolean has(String file) {
        return Files.exists(directory.resolve(file));
    }

    /** Empty where there is no such file. */
    Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(directory.resolve(file)).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CgroupException("cannot read " + directory.resolve(file) + ": " + e.getMessage(), e);
        }
    }

    /** The number in a line {@code KEY NUMBER}. */
    OptionalLong number(String file, String key) {
        return read(file).stream()
                .flatMap(String::lines)
                .filter(line -> line.startsWith(key + " "))
                .mapToLong(
                        line -> Long.parseLong(line.substring(key.length() + 1).strip()))
                .findFirst();
    }

    void write(String file, String value) {
        try {
            Files.writeString(directory.resolve(file), value);
        } catch (IOException e) {
            throw new CgroupException(
                    "cannot write " + value + " to " + directory.resolve(file) + ": " + e.getMessage(), e);
        }
    }

    /** The processes in it that this program can see, each by its number here. Those of other pid namespaces are listed as 0. */
    List<Integer> processes() {
        return read("cgroup.procs").stream()
                .flatMap(String::lines)
                .map(Integer::valueOf)
                .toList();
    }
}
