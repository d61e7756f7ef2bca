package dev.cntr.oci.seccomp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/** The numbers of all system calls by name, for every {@link Abi}: the resource {@code syscalls.txt}. */
final class SyscallNumbers {
    private final Map<String, String[]> lines;

    private SyscallNumbers(Map<String, String[]> lines) {
        this.lines = lines;
    }

    static SyscallNumbers load() {
        Map<String, String[]> lines = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(SyscallNumbers.class.getResourceAsStream("syscalls.txt"));
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String line;
            while ((line = reader.readLine()) != null) {
                if (!line.startsWith("#")) {
                    String[] words = line.split(" ", -1);
                    lines.put(words[0], words);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the table of system calls", e);
        }
        return new SyscallNumbers(lines);
    }

    /** Whether any architecture has a call of this name. */
    boolean known(String name) {
        return lines.containsKey(name);
    }

    /** The number that a filter sees. */
    OptionalLong number(String name, Abi abi) {
        String[] words = lines.get(name);
        if (words == null || words[abi.column + 1].equals("-")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(words[abi.column + 1]) | abi.bit);
    }
}
