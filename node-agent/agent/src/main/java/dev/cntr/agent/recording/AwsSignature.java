package dev.cntr.agent.recording;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests as S3 wants them: AWS Signature Version 4 with the hash of the payload in the header, as in "Authenticating
 * Requests: Using the Authorization Header" of the Amazon S3 API Reference.
 */
record AwsSignature(String accessKey, String secretKey, String region) {
    static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final HexFormat HEX = HexFormat.of();

    /**
     * The headers that make a request a signed one.
     *
     * @param uri without a query, its path already encoded
     * @param payloadSha256 of the body, in hexadecimal digits
     */
    Map<String, String> headers(String method, URI uri, String payloadSha256, Instant now) {
        String time = TIME.format(now);
        Map<String, String> signed = new TreeMap<>();
        signed.put("host", uri.getRawAuthority());
        signed.put("x-amz-content-sha256", payloadSha256);
        signed.put("x-amz-date", time);
        StringBuilder canonical =
                new StringBuilder(method).append('\n').append(uri.getRawPath()).append("\n\n");
        signed.forEach((name, value) ->
                canonical.append(name).append(':').append(value).append('\n'));
        String names = String.join(";", signed.keySet());
        canonical.append('\n').append(names).append('\n').append(payloadSha256);

        String scope = time.substring(0, 8) + "/" + region + "/s3/aws4_request";
        String statement = ALGORITHM + "\n" + time + "\n" + scope + "\n"
                + HEX.formatHex(
                        DirectoryStore.sha256().digest(canonical.toString().getBytes(UTF_8)));
        byte[] key = ("AWS4" + secretKey).getBytes(UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        Map<String, String> headers = new LinkedHashMap<>(signed);
        headers.remove("host"); // the client sets it, from the same URI
        headers.put(
                "authorization",
                ALGORITHM + " Credential=" + accessKey + "/" + scope + ", SignedHeaders=" + names + ", Signature="
                        + HEX.formatHex(hmac(key, statement)));
        return headers;
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(ByteBuffer.wrap(text.getBytes(UTF_8)));
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "access key " + accessKey + " in region " + region;
    }
}
