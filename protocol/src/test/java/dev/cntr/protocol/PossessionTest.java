package dev.cntr.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class PossessionTest {
    private final Possession key = Possession.generate();
    private final ByteBuffer nonce = ByteBuffer.wrap("0123456789abcdef0123456789abcdef".getBytes(UTF_8));

    @Test
    void theKeyStringIsTheRaw32Bytes() {
        assertThat(key.publicKey()).matches("ed25519:[A-Za-z0-9+/]{43}=");
        byte[] raw = Base64.getDecoder().decode(key.publicKey().substring("ed25519:".length()));
        assertThat(ByteBuffer.wrap(raw)).isEqualTo(key.prove(nonce, "s", "p").publicKey());
    }

    @Test
    void whatIsExportedIsTheSameKey() {
        Possession again = Possession.of(key.export());
        assertThat(again.publicKey()).isEqualTo(key.publicKey());
        assertThat(Possession.verify(again.prove(nonce, "s", "p"), nonce, "s", "p", List.of(key.publicKey())))
                .isTrue();
        assertThatThrownBy(() -> Possession.of("ed25519:AAAA")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Possession.of("ed25519:!\nAAAA")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Possession.of(key.publicKey() + "\nAAAA"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aProofHoldsForItsNonceSessionPodAndKeyOnly() {
        Frame.Proof proof = key.prove(nonce, "session", "pod");
        List<String> keys = List.of("ed25519:nonsense", Possession.generate().publicKey(), key.publicKey());
        assertThat(Possession.verify(proof, nonce, "session", "pod", keys)).isTrue();

        assertThat(Possession.verify(proof, ByteBuffer.allocate(32), "session", "pod", keys))
                .isFalse();
        assertThat(Possession.verify(proof, nonce, "session2", "pod", keys)).isFalse();
        assertThat(Possession.verify(proof, nonce, "session", "pod2", keys)).isFalse();
        assertThat(Possession.verify(proof, nonce, "sessionp", "od", keys)).isFalse();
        assertThat(Possession.verify(proof, nonce, "session", "pod", keys.subList(0, 2)))
                .isFalse();
        assertThat(Possession.verify(proof, nonce, "session", "pod", List.of())).isFalse();
        byte[] signature = new byte[64];
        proof.signature().duplicate().get(signature);
        signature[10] ^= 1;
        Frame.Proof forged = new Frame.Proof(proof.publicKey(), ByteBuffer.wrap(signature));
        assertThat(Possession.verify(forged, nonce, "session", "pod", keys)).isFalse();
    }

    @Test
    void anotherKeysSignatureUnderAListedKeyIsRefused() {
        Frame.Proof mine = Possession.generate().prove(nonce, "session", "pod");
        Frame.Proof forged = new Frame.Proof(key.prove(nonce, "session", "pod").publicKey(), mine.signature());
        assertThat(Possession.verify(forged, nonce, "session", "pod", List.of(key.publicKey())))
                .isFalse();
    }

    /** Bytes and key form as the contract has them, put together here a second time and checked by the JDK alone. */
    @Test
    void theSignatureIsOverTheContractsBytes() throws Exception {
        Frame.Proof proof = key.prove(nonce, "session", "pod");
        byte[] raw = new byte[32];
        proof.publicKey().duplicate().get(raw);
        boolean odd = (raw[31] & 0x80) != 0;
        raw[31] &= 0x7f;
        PublicKey publicKey = KeyFactory.getInstance("Ed25519")
                .generatePublic(new EdECPublicKeySpec(
                        NamedParameterSpec.ED25519, new EdECPoint(odd, new java.math.BigInteger(1, reversed(raw)))));
        ByteArrayOutputStream statement = new ByteArrayOutputStream();
        statement.writeBytes("cntr-attach-v1".getBytes(UTF_8));
        statement.write(0);
        statement.writeBytes("0123456789abcdef0123456789abcdef".getBytes(UTF_8));
        statement.writeBytes("session".getBytes(UTF_8));
        statement.write(0);
        statement.writeBytes("pod".getBytes(UTF_8));
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(publicKey);
        verifier.update(statement.toByteArray());
        byte[] signature = new byte[64];
        proof.signature().duplicate().get(signature);
        assertThat(verifier.verify(signature)).isTrue();
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }
}
