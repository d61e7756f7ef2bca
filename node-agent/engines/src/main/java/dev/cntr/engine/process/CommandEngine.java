package dev.cntr.engine.process;

import dev.cntr.engine.ContainerRef;
import dev.cntr.engine.Engine;
import dev.cntr.engine.EngineException;
import dev.cntr.engine.ListedContainer;
import dev.cntr.engine.RunningContainer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A process by its command line: {@code nginx}, {@code "sleep infinity"}. A command line matches that begins with the words
 * of the reference, its program with or without the directory. So {@code timeout 9 sleep infinity} is not
 * {@code sleep infinity}, nor is a shell or a sudo that has it among its arguments. Neither the process that asks nor one of
 * its ancestors ever matches. Of processes that match, those that descend from another one that does are left out: the
 * workers of a server mean the server.
 */
public final class CommandEngine implements Engine {
    public static final String NAME = "command";

    private final Supplier<ProcessTable> processes;
    private final int self;

    /** @param self the process that asks */
    public CommandEngine(int self) {
        this(ProcessTable::read, self);
    }

    CommandEngine(Supplier<ProcessTable> processes, int self) {
        this.processes = processes;
        this.self = self;
    }

    @Override
    public String version() {
        return ProcessTable.kernel();
    }

    @Override
    public RunningContainer running(String id) {
        return processes.get().all().stream()
                .filter(p -> Integer.toString(p.pid()).equals(id))
                .findFirst()
                .map(CommandEngine::container)
                .orElseThrow(() -> new EngineException.NotFound("no process has the id " + id));
    }

    @Override
    public RunningContainer find(String reference) {
        String words = reference.strip().replaceAll("\\s+", " ");
        ProcessTable table = processes.get();
        Set<Integer> mine = table.lineage(self);
        Map<Integer, ProcessTable.Entry> matching = table.all().stream()
                .filter(p -> !mine.contains(p.pid()) && matches(p, words))
                .collect(Collectors.toMap(ProcessTable.Entry::pid, p -> p));
        List<ProcessTable.Entry> first = matching.values().stream()
                .filter(p -> table.lineage(p.parent()).stream().noneMatch(matching::containsKey))
                .sorted((a, b) -> Integer.compare(a.pid(), b.pid()))
                .toList();
        return switch (first.size()) {
            case 0 ->
                throw new EngineException.NotFound(
                        "no command line begins with \"" + reference + "\", those of cntr and its parents aside");
            case 1 -> container(first.getFirst());
            default ->
                throw new EngineException.Ambiguous(
                        NAME, reference, first.stream().map(CommandEngine::ref).toList());
        };
    }

    private static boolean matches(ProcessTable.Entry process, String words) {
        if (words.isEmpty() || process.arguments().isEmpty()) {
            return false;
        }
        String line = line(process);
        // a title such as "nginx: worker process" is all one argument
        String program = process.arguments().getFirst().split("[ :]", 2)[0];
        String withoutDirectory = line.substring(program.lastIndexOf('/') + 1);
        return begins(line, words) || begins(withoutDirectory, words);
    }

    private static boolean begins(String line, String words) {
        return line.startsWith(words)
                && (line.length() == words.length() || " :".indexOf(line.charAt(words.length())) >= 0);
    }

    private static String line(ProcessTable.Entry process) {
        return String.join(" ", process.arguments());
    }

    private static ContainerRef ref(ProcessTable.Entry process) {
        return new ContainerRef(NAME, Integer.toString(process.pid()), line(process));
    }

    private static RunningContainer container(ProcessTable.Entry process) {
        return new RunningContainer(ref(process), process.pid(), "", Map.of(), Optional.empty());
    }

    @Override
    public List<ListedContainer> list() {
        return List.of();
    }

    @Override
    public void close() {}
}
