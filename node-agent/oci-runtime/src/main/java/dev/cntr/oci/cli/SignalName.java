package dev.cntr.oci.cli;

import dev.cntr.oci.OciException;
import java.util.List;
import java.util.Locale;

/** Signals by the names of signal(7). */
final class SignalName {
    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");
    private static final int LAST = 64;

    private SignalName() {}

    /** The number of a signal given as {@code 15}, {@code TERM} or {@code SIGTERM}. */
    static int number(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        int index = NAMES.indexOf(name.startsWith("SIG") ? name.substring(3) : name);
        if (index >= 0) {
            return index + 1;
        }
        if (text.matches("\\d{1,2}") && Integer.parseInt(text) <= LAST) {
            return Integer.parseInt(text);
        }
        throw new OciException("unknown signal \"" + text + "\"");
    }
}
