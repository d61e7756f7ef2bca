package dev.cntr.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * An image that an engine of this machine has. What is read of it is to be checked against its digests: it is the engine's
 * word until then.
 */
public sealed interface StoredImage extends AutoCloseable {
    /** Whose it is and what it is called, for messages. */
    String description();

    /** Ends the connection to the engine. */
    @Override
    default void close() {}

    /** One that is given as a whole. */
    non-sealed interface Whole extends StoredImage {
        /** The digest of its configuration, {@code sha256:HEX}; or, of engines that keep images as manifests, of that. */
        String id();

        /** {@code NAME=value} each. */
        List<String> environment();

        /**
         * Writes it in the form of {@code docker save}.
         *
         * @throws IOException of the stream
         */
        void save(OutputStream to) throws IOException;
    }

    /** One that is given in the parts that its manifest names. */
    non-sealed interface InParts extends StoredImage {
        /** An {@code index.json} of an OCI layout that names it alone. */
        byte[] index();

        /**
         * A part.
         *
         * @param digest {@code sha256:HEX}
         * @throws IOException where the engine does not have it
         */
        InputStream open(String digest) throws IOException;
    }
}
