package dev.cntr.oci.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

/** The program {@code cntr-oci}. */
public final class Main {
    private Main() {}

    public static void main(String[] words) {
        int code = run(words, System.out, System.err);
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime()
                .halt(code); // nothing is left to shut down, and every millisecond of a short-lived program counts
    }

    /** Runs one command line; an error becomes a line on {@code err} and in the log. */
    static int run(String[] words, PrintStream out, PrintStream err) {
        Optional<Arguments> arguments = Optional.empty();
        try {
            arguments = Optional.of(Arguments.parse(words));
            new Commands(arguments.get(), out, err).run();
            return 0;
        } catch (RuntimeException e) {
            String message = chain(e);
            err.println("cntr-oci: " + message);
            arguments.ifPresent(a -> log(a, message, err));
            return 1;
        }
    }

    private static String chain(Throwable e) {
        StringBuilder text = new StringBuilder(message(e));
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (text.indexOf(message(cause)) < 0) {
                text.append(": ").append(message(cause));
            }
        }
        return text.toString();
    }

    private static String message(Throwable e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /** Where engines read what went wrong. */
    private static void log(Arguments arguments, String message, PrintStream err) {
        Optional<String> file = arguments.option("log");
        if (file.isEmpty()) {
            return;
        }
        boolean json = arguments.option("log-format").orElse("text").equals("json");
        try {
            Files.writeString(
                    Path.of(file.get()),
                    (json
                                    ? json(message)
                                    : "time=\"" + Instant.now() + "\" level=error msg=\""
                                            + message.replace("\"", "\\\"") + "\"")
                            + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            err.println("cntr-oci: cannot write the log " + file.get() + ": " + e.getMessage());
        }
    }

    private static String json(String message) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("level", "error");
            json.writeStringField("msg", message);
            json.writeStringField("time", Instant.now().toString());
            json.writeEndObject();
        }
        return text.toString();
    }
}
