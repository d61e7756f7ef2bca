package dev.cntr.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A digest by which an image names its parts: {@code sha256:} and 64 hexadecimal digits. */
record Digest(String text) {
    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

    Digest {
        if (!FORM.matcher(text).matches()) {
            throw new ImageException("\"" + text + "\" is no digest that is known here; those are sha256:HEX");
        }
    }

    /** The digits only. */
    String hex() {
        return text.substring("sha256:".length());
    }

    /** Makes sure that bytes are those that the digest names. */
    void check(byte[] bytes, String what) {
        check(new Digest("sha256:" + HexFormat.of().formatHex(sha256().digest(bytes))), what);
    }

    private void check(Digest actual, String what) {
        if (!equals(actual)) {
            throw new ImageException(
                    what + " is corrupt: its digest is " + actual.text + ", not " + text + "; fetch the image again");
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has it
        }
    }

    /** Computes a digest of all that is read, and ends with an exception where that is too much. */
    static final class Stream extends FilterInputStream {
        private final MessageDigest sha256 = sha256();
        private long left;

        /**
         * @param most how many bytes there may be
         */
        Stream(InputStream in, long most) {
            super(in);
            left = most;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int n = super.read(to, from, length);
            if (n > 0) {
                left -= n;
                if (left < 0) {
                    throw new IOException("it is larger than an image may be");
                }
                sha256.update(to, from, n);
            }
            return n;
        }

        @Override
        public long skip(long n) throws IOException {
            byte[] skipped = new byte[Math.clamp(n, 0, 64 * 1024)];
            return Math.max(0, read(skipped, 0, skipped.length));
        }

        /** Reads what is left, and makes sure that all was what a digest names. */
        void check(Digest expected, String what) throws IOException {
            byte[] rest = new byte[64 * 1024];
            int n;
            do {
                n = read(rest, 0, rest.length);
            } while (n >= 0);
            expected.check(new Digest("sha256:" + HexFormat.of().formatHex(sha256.digest())), what);
        }
    }
}
