package dev.cntr.agent.recording;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recordings as objects of an S3-compatible store. They are written to a directory first and put there when they are
 * finished; while the store does not answer they stay in the directory, which takes no more when it is full, and are tried
 * again. One that must be kept is announced by an empty object of its name, which the whole one replaces: an object that
 * stays empty is a recording whose node was lost. What the object store keeps for how long is for its own rules to say.
 */
public final class S3Store implements RecordingStore {
    private static final Logger log = LoggerFactory.getLogger(S3Store.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration AGAIN = Duration.ofMinutes(2);

    private final DirectoryStore spool;
    private final Bucket bucket;
    private final Clock clock;
    private final Consumer<Stored> late;
    private final Set<String> moving = ConcurrentHashMap.newKeySet();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final ScheduledExecutorService again = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("recordings").factory());

    /**
     * Where objects go.
     *
     * @param endpoint such as {@code https://s3.eu-central-1.amazonaws.com}; buckets are addressed by path
     * @param prefix of the objects' names, such as {@code cntr/}; may be empty
     */
    record Bucket(URI endpoint, String name, String prefix, AwsSignature credentials) {
        URI object(String id) {
            return URI.create(endpoint.toString().replaceAll("/+$", "") + "/" + name + "/" + key(id));
        }

        String key(String id) {
            return prefix + id + DirectoryStore.FINISHED;
        }
    }

    S3Store(DirectoryStore spool, Bucket bucket, Clock clock, Consumer<Stored> late) {
        this.spool = spool;
        this.bucket = bucket;
        this.clock = clock;
        this.late = late;
        again.scheduleWithFixedDelay(this::putWhatIsLeft, 0, AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void announce(String id) {
        put(RecordingStore.checked(id), AwsSignature.EMPTY_SHA256, HttpRequest.BodyPublishers.noBody());
    }

    @Override
    public Sink begin(String id) {
        return new Spooled(spool.begin(id));
    }

    @Override
    public void close() {
        again.shutdownNow();
        http.shutdownNow();
    }

    private void putWhatIsLeft() {
        try {
            for (String id : spool.finished()) {
                Path file = spool.directory().resolve(id + DirectoryStore.FINISHED);
                long bytes = Files.size(file);
                String sha256 = hash(file);
                move(id, sha256);
                log.info("the recording {} was put to {}", id, bucket.object(id));
                late.accept(inBucket(id, bytes, sha256));
            }
        } catch (RecordingException | IOException e) {
            log.warn("recordings wait in {}: {}", spool.directory(), chain(e));
        }
    }

    private Stored inBucket(String id, long bytes, String sha256) {
        return new Stored(id, "s3://" + bucket.name() + "/" + bucket.key(id), bytes, sha256, Optional.empty());
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest = DirectoryStore.sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Moves a recording from the spool to the bucket. */
    private void move(String id, String sha256) {
        Path file = spool.directory().resolve(id + DirectoryStore.FINISHED);
        if (!moving.add(id)) {
            throw new RecordingException("the recording " + id + " is being put by another thread");
        }
        try {
            put(id, sha256, HttpRequest.BodyPublishers.ofFile(file));
            spool.drop(id);
        } catch (FileNotFoundException _) {
            // put meanwhile
        } finally {
            moving.remove(id);
        }
    }

    private void put(String id, String sha256, HttpRequest.BodyPublisher body) {
        try {
            HttpResponse<String> answer = http.send(
                    request("PUT", id, sha256)
                            .header("content-type", "application/x-asciicast")
                            .PUT(body)
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new RecordingException("the recording " + id + " was not taken by " + bucket.object(id) + ": "
                        + answer.statusCode() + " " + shortened(answer.body()));
            }
        } catch (IOException e) {
            throw new RecordingException("the recording " + id + " cannot be put to " + bucket.object(id), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RecordingException("putting the recording " + id + " was interrupted", e);
        }
    }

    private HttpRequest.Builder request(String method, String id, String sha256) {
        URI uri = bucket.object(id);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(TIMEOUT);
        bucket.credentials().headers(method, uri, sha256, clock.instant()).forEach(request::header);
        return request;
    }

    private static String chain(Exception e) {
        return e.getCause() == null ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + e.getCause();
    }

    private static String shortened(String body) {
        String line = body.replaceAll("[^ -~]+", " ");
        return line.length() <= 200 ? line : line.substring(0, 200) + "...";
    }

    /** One that is put to the bucket when it is finished. */
    private final class Spooled implements Sink {
        private final Sink file;

        Spooled(Sink file) {
            this.file = file;
        }

        @Override
        public void write(byte[] bytes) {
            file.write(bytes);
        }

        @Override
        public Stored finish() {
            Stored stored = file.finish();
            try {
                move(stored.id(), stored.sha256());
            } catch (RecordingException e) {
                String why = chain(e) + "; it stays at the node's agent and is tried again";
                return new Stored(stored.id(), stored.location(), stored.bytes(), stored.sha256(), Optional.of(why));
            }
            return inBucket(stored.id(), stored.bytes(), stored.sha256());
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
