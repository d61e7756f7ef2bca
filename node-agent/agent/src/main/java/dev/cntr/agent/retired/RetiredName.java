package dev.cntr.agent.retired;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Under which name an agent's process is found among the retired ones, as text {@code <pid>-<began>}: no other has it until the machine starts anew.
 *
 * @param pid as this process sees it
 * @param began when the process began, in milliseconds of the epoch: it orders those of a node
 */
public record RetiredName(long pid, long began) {
    private static final Pattern FORM = Pattern.compile("(\\d+)-(\\d+)");

    /** A process's. */
    public static RetiredName of(ProcessHandle process) {
        return new RetiredName(
                process.pid(),
                process.info().startInstant().map(Instant::toEpochMilli).orElse(0L));
    }

    /** Empty where the text is no such name. */
    static Optional<RetiredName> parse(String text) {
        Matcher name = FORM.matcher(text);
        return name.matches()
                ? Optional.of(new RetiredName(Long.parseLong(name.group(1)), Long.parseLong(name.group(2))))
                : Optional.empty();
    }

    /** The process, if it lives. */
    Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid).filter(process -> of(process).equals(this));
    }

    @Override
    public String toString() {
        return pid + "-" + began;
    }
}
