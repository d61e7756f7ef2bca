package dev.cntr.logging;

import java.util.List;
import java.util.Map;

/** What a line of the log looks like. */
public enum LogFormat {
    /** Time, level, logger and message. */
    TEXT,
    /** An object: timestamp (milliseconds), level, threadName, loggerName, mdc, kvpList, formattedMessage, throwable. */
    JSON;

    private static final String OPTION = "--log-format";
    private static final String VARIABLE = "CNTR_LOG_FORMAT";

    /**
     * What the command line asks for, else the environment, else text.
     *
     * @throws IllegalArgumentException for anything but {@code --log-format json|text}
     */
    public static LogFormat of(List<String> arguments, Map<String, String> environment) {
        String first = arguments.isEmpty() ? "" : arguments.getFirst();
        if (first.isEmpty()) {
            return parse(VARIABLE, environment.getOrDefault(VARIABLE, "text"));
        }
        if (arguments.size() == 1 && first.startsWith(OPTION + "=")) {
            return parse(OPTION, first.substring(OPTION.length() + 1));
        }
        if (arguments.size() == 2 && first.equals(OPTION)) {
            return parse(OPTION, arguments.getLast());
        }
        throw new IllegalArgumentException(
                "'" + String.join(" ", arguments) + "' is not understood; the one option is " + OPTION + " json|text");
    }

    private static LogFormat parse(String from, String word) {
        return switch (word) {
            case "json" -> JSON;
            case "text" -> TEXT;
            default -> throw new IllegalArgumentException(from + " is '" + word + "'; json or text is wanted");
        };
    }
}
