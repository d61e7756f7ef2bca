package dev.cntr.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * Sets Logback up, without its XML. Logback finds this class by itself; a program says {@link #as} first, since its loggers
 * exist before its arguments are read.
 *
 * <p>Lines of the logger {@link #AUDIT} are JSON objects already, and in JSON they are lines of their own.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {
    /** The logger of lines that are for the record. */
    public static final String AUDIT = "audit";

    private static final Map<String, Level> LEVELS = Map.of(
            "io.fabric8", Level.WARN,
            "io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils", Level.ERROR,
            "io.javaoperatorsdk", Level.WARN,
            "Default ConfigurationService implementation", Level.WARN);

    /** A line stays a line, whatever is in the message; a stack trace has lines of its own. */
    private static final String TEXT =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %level %logger{0} - %replace(%kvp{NONE} %msg){'^ |[\\r\\n]+', ''}%n%ex";

    /** For Logback. */
    public Logging() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        configure(context, LogFormat.TEXT);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Logs like that from now on. */
    public static void as(LogFormat format) {
        configure((LoggerContext) LoggerFactory.getILoggerFactory(), format);
    }

    static void configure(LoggerContext context, LogFormat format) {
        context.reset();
        LEVELS.forEach((name, level) -> context.getLogger(name).setLevel(level));
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(appender(context, format == LogFormat.JSON ? json() : pattern(TEXT)));
        if (format == LogFormat.JSON) {
            Logger audit = context.getLogger(AUDIT);
            audit.setAdditive(false);
            audit.addAppender(appender(context, pattern("%msg%n")));
        }
    }

    private static ConsoleAppender<ILoggingEvent> appender(LoggerContext context, Encoder<ILoggingEvent> encoder) {
        encoder.setContext(context);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    private static Encoder<ILoggingEvent> pattern(String pattern) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern(pattern);
        return encoder;
    }

    private static Encoder<ILoggingEvent> json() {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMarkers(false);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithFormattedMessage(true);
        return encoder;
    }

    /** As {@link LogFormat#of}, at the beginning of a program; ends it with 2 where its arguments are wrong. */
    public static void begin(String... arguments) {
        try {
            as(LogFormat.of(List.of(arguments), System.getenv()));
        } catch (IllegalArgumentException e) {
            System.err.println("error: " + e.getMessage());
            System.exit(2);
        }
    }
}
