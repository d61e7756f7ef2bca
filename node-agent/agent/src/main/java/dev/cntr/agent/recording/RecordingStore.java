package dev.cntr.agent.recording;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where recordings are kept. A store holds itself to its bounds; what it cannot hold it refuses with
 * {@link RecordingException}, so that who must record can stop. Thread-safe.
 */
public interface RecordingStore extends AutoCloseable {
    /** Names of recordings, and so of files and objects: a session's uid, a hyphen and a number. */
    Pattern ID = Pattern.compile("[A-Za-z0-9][-A-Za-z0-9]{0,79}");

    /**
     * Proves that a recording which is begun now can also be kept, where that takes more than to begin it.
     *
     * @throws RecordingException when it could not, such as when the place where finished ones go does not answer
     */
    void announce(String id);

    /**
     * Begins a recording.
     *
     * @throws RecordingException when there is no room, or one of that id exists
     */
    Sink begin(String id);

    @Override
    void close();

    /** A recording being written, by one thread at a time. */
    interface Sink extends AutoCloseable {
        /**
         * Writes all of it, or nothing; it is then safe from the death of this process, though not of the machine.
         *
         * @throws RecordingException when it does not fit; the recording can still be finished as it is
         */
        void write(byte[] bytes);

        /** Ends it. It is then safe from the death of the machine, and never changes again. */
        Stored finish();

        /** Ends it as well as can be, where it is not finished: what was written stays, and nothing where that is nothing. */
        @Override
        void close();
    }

    /**
     * What a finished recording is known by.
     *
     * @param location where it is
     * @param sha256 of its bytes, in hexadecimal digits
     * @param waits why it is not yet where it belongs; empty when it is
     */
    record Stored(String id, String location, long bytes, String sha256, Optional<String> waits) {}

    /**
     * An id that is safe in a file's name.
     *
     * @throws RecordingException for any other
     */
    static String checked(String id) {
        if (!ID.matcher(id).matches()) {
            throw new RecordingException("a recording cannot be named '" + id.replaceAll("[^ -~]", "?") + "'");
        }
        return id;
    }
}
