package dev.cntr.agent.recording;

import dev.cntr.agent.recording.RecordingStore.Stored;
import dev.cntr.agent.recording.S3Store.Bucket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the agent's environment says about recordings: {@code CNTR_RECORDINGS} is a directory, without which nothing is
 * recorded; {@code CNTR_RECORDINGS_MAX_BYTES}, {@code CNTR_RECORDING_MAX_BYTES} and {@code CNTR_RECORDINGS_DAYS} are its bounds.
 * With {@code CNTR_S3_ENDPOINT}, {@code CNTR_S3_BUCKET}, {@code CNTR_S3_REGION}, {@code CNTR_S3_PREFIX},
 * {@code AWS_ACCESS_KEY_ID} and {@code AWS_SECRET_ACCESS_KEY} finished ones go to a bucket.
 */
public final class RecordingConfig {
    private RecordingConfig() {}

    /**
     * The store that is asked for; empty for none.
     *
     * @param late is told what has come to where it belongs some time after it was finished, by a thread of the store's own
     * @throws RecordingException when a value cannot be used, or the directory cannot
     */
    public static Optional<RecordingStore> store(Map<String, String> environment, Clock clock, Consumer<Stored> late) {
        Optional<String> directory = value(environment, "CNTR_RECORDINGS");
        if (directory.isEmpty()) {
            return Optional.empty();
        }
        Bounds bounds = bounds(environment);
        Path path = Path.of(directory.get());
        return Optional.of(bucket(environment)
                .<RecordingStore>map(bucket -> new S3Store(
                        new DirectoryStore(path, bounds, Bounds.Retention.ALL_STAY, clock), bucket, clock, late))
                .orElseGet(() -> new DirectoryStore(path, bounds, Bounds.Retention.OLDEST_GO, clock)));
    }

    private static Bounds bounds(Map<String, String> environment) {
        try {
            return new Bounds(
                    number(environment, "CNTR_RECORDINGS_MAX_BYTES", Bounds.DEFAULT.total()),
                    number(environment, "CNTR_RECORDING_MAX_BYTES", Bounds.DEFAULT.each()),
                    Duration.ofDays(number(
                            environment,
                            "CNTR_RECORDINGS_DAYS",
                            Bounds.DEFAULT.age().toDays())));
        } catch (IllegalArgumentException e) {
            throw new RecordingException("CNTR_RECORDING*: " + e.getMessage(), e);
        }
    }

    private static Optional<Bucket> bucket(Map<String, String> environment) {
        Optional<String> endpoint = value(environment, "CNTR_S3_ENDPOINT");
        if (endpoint.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Bucket(
                endpoint(endpoint.get()),
                required(environment, "CNTR_S3_BUCKET"),
                value(environment, "CNTR_S3_PREFIX").orElse(""),
                new AwsSignature(
                        required(environment, "AWS_ACCESS_KEY_ID"),
                        required(environment, "AWS_SECRET_ACCESS_KEY"),
                        value(environment, "CNTR_S3_REGION").orElse("us-east-1"))));
    }

    private static URI endpoint(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new RecordingException("CNTR_S3_ENDPOINT: " + e.getMessage(), e);
        }
        if (uri.getHost() == null
                || uri.getRawQuery() != null
                || !("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
            throw new RecordingException("CNTR_S3_ENDPOINT is '" + text + "'; http(s)://HOST[:PORT] is wanted");
        }
        return uri;
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    private static String required(Map<String, String> environment, String name) {
        return value(environment, name)
                .orElseThrow(() -> new RecordingException("CNTR_S3_ENDPOINT is set, and " + name + " is not"));
    }

    private static long number(Map<String, String> environment, String name, long otherwise) {
        @Nullable String value = environment.get(name);
        try {
            return value == null || value.isBlank() ? otherwise : Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new RecordingException(name + " is '" + value + "'; a number is wanted", e);
        }
    }
}
