package dev.cntr.linux.proc;

/**
 * The parts of /proc/PID/stat that cntr uses, proc_pid_stat(5).
 *
 * @param command the command name, which may hold blanks, line feeds and parentheses
 * @param nice its nice value, -20 to 19
 * @param startTime when it started, in clock ticks since boot: with the pid, it names a process for as long as the machine
 *     runs
 */
public record ProcessStat(int pid, String command, char state, int parent, int nice, long startTime) {
    /** Counted from the state, which follows the command. */
    private static final int PARENT = 1;

    private static final int NICE = 16;
    private static final int START_TIME = 19;

    /** Reads the text of the file. */
    public static ProcessStat parse(String text) {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        String[] after = close < 0 ? new String[0] : Fields.words(text.substring(close + 1));
        if (open < 0 || after.length <= START_TIME) {
            throw Fields.malformed("stat", text);
        }
        return new ProcessStat(
                Integer.parseInt(text.substring(0, open).strip()),
                text.substring(open + 1, close),
                after[0].charAt(0),
                Integer.parseInt(after[PARENT]),
                Integer.parseInt(after[NICE]),
                Long.parseLong(after[START_TIME]));
    }
}
