package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;

/**
 * The proof that who attaches is who made the session: an Ed25519 key pair of which only the public key is in the session's
 * spec. The private key lives in this process, and is written nowhere but by {@link #export}.
 */
public final class Possession {
    private static final String ALGORITHM = "Ed25519";
    private static final String PREFIX = "ed25519:";
    private static final byte[] DOMAIN = "cntr-attach-v1\0".getBytes(UTF_8);

    /** What stands before the 32 bytes of an Ed25519 key in its X.509 form, RFC 8410 section 4. */
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private final KeyPair keys;

    private Possession(KeyPair keys) {
        this.keys = keys;
    }

    /** A new key pair. */
    public static Possession generate() {
        try {
            return new Possession(KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no Ed25519", e);
        }
    }

    /**
     * The key pair as text, from {@link #export}.
     *
     * @throws IllegalArgumentException where it is none
     */
    public static Possession of(String text) {
        String[] lines = text.strip().split("\n", -1);
        if (lines.length != 2 || !lines[0].startsWith(PREFIX)) {
            throw new IllegalArgumentException("that is not a key pair");
        }
        try {
            byte[] key = Base64.getDecoder().decode(lines[0].substring(PREFIX.length()));
            byte[] secret = Base64.getDecoder().decode(lines[1]);
            return new Possession(new KeyPair(
                    decode(key), KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(secret))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("that is not a key pair: " + e.getMessage(), e);
        }
    }

    /** The key pair as text that is a secret: the public key, and on a second line the private one (PKCS #8, base64). */
    public String export() {
        return publicKey() + "\n"
                + Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded()) + "\n";
    }

    /** The public key as it stands in {@code spec.attach.publicKeys}: {@code ed25519:<base64 of the 32 bytes>}. */
    public String publicKey() {
        return PREFIX + Base64.getEncoder().encodeToString(rawPublicKey());
    }

    /** The answer to a challenge, over the uids as the signer knows them from the API and not as the challenge has them. */
    public Frame.Proof prove(ByteBuffer nonce, String sessionUid, String podUid) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(keys.getPrivate());
            signature.update(statement(nonce, sessionUid, podUid));
            return new Frame.Proof(ByteBuffer.wrap(rawPublicKey()), ByteBuffer.wrap(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing the agent's challenge failed", e);
        }
    }

    /**
     * Whether a proof is right for this nonce and session, and made with one of the session's keys.
     *
     * @param publicKeys the spec's key strings; those that are malformed match nothing
     */
    public static boolean verify(
            Frame.Proof proof, ByteBuffer nonce, String sessionUid, String podUid, Collection<String> publicKeys) {
        byte[] key = bytes(proof.publicKey());
        if (!publicKeys.contains(PREFIX + Base64.getEncoder().encodeToString(key))) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(decode(key));
            signature.update(statement(nonce, sessionUid, podUid));
            return signature.verify(bytes(proof.signature()));
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private byte[] rawPublicKey() {
        byte[] x509 = keys.getPublic().getEncoded();
        return Arrays.copyOfRange(x509, X509_PREFIX.length, x509.length);
    }

    private static PublicKey decode(byte[] key) throws GeneralSecurityException {
        byte[] x509 = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + key.length);
        System.arraycopy(key, 0, x509, X509_PREFIX.length, key.length);
        return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(x509));
    }

    private static ByteBuffer statement(ByteBuffer nonce, String sessionUid, String podUid) {
        byte[] session = sessionUid.getBytes(UTF_8);
        byte[] pod = podUid.getBytes(UTF_8);
        return ByteBuffer.allocate(DOMAIN.length + nonce.remaining() + session.length + 1 + pod.length)
                .put(DOMAIN)
                .put(nonce.duplicate())
                .put(session)
                .put((byte) 0)
                .put(pod)
                .flip();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
