package dev.cntr.kubectl.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority, a server's and a client's certificate, made for one run and valid for a day: RSA keys for authority and
 * client as kubeadm makes them, and an elliptic curve for the server as k3s does, so that a client needs both kinds.
 * The JDK can make certificates only by keytool(1).
 */
public final class Certificates {
    private static final char[] PASSWORD = "changeit".toCharArray();
    /** What comes before the PKCS #1 key in the PKCS #8 form of an RSA key of 2048 bits. */
    private static final int PKCS8_HEADER = 26;

    private final KeyStore keys;

    private Certificates(KeyStore keys) {
        this.keys = keys;
    }

    /** Makes them; the directory gets a file with all of them. */
    public static Certificates in(Path directory) throws Exception {
        Path store = directory.resolve("certificates.p12");
        keytool(store, "ca", "RSA", "-ext", "bc:c", "-ext", "ku:c=keyCertSign");
        keytool(store, "server", "EC", "-signer", "ca", "-ext", "san=ip:127.0.0.1", "-ext", "eku=serverAuth");
        keytool(store, "client", "RSA", "-signer", "ca", "-ext", "eku=clientAuth");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(store)) {
            keys.load(file, PASSWORD);
        }
        return new Certificates(keys);
    }

    private static void keytool(Path store, String name, String algorithm, String... more)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair"));
        line.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
        line.addAll(List.of("-storepass", new String(PASSWORD), "-validity", "1"));
        line.addAll(List.of("-alias", name, "-dname", "CN=" + name, "-keyalg", algorithm));
        line.addAll(algorithm.equals("RSA") ? List.of("-keysize", "2048") : List.of("-groupname", "secp256r1"));
        line.addAll(Arrays.asList(more));
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        if (process.waitFor() != 0) {
            throw new IOException("keytool made no certificate for " + name + ": " + said);
        }
    }

    /** A server that requires the client's certificate. */
    ServerSocket listen(InetAddress address) throws IOException {
        try {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry("server", keys.getKey("server", PASSWORD), PASSWORD, keys.getCertificateChain("server"));
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("ca", keys.getCertificate("ca"));
            KeyManagerFactory key = KeyManagerFactory.getInstance("PKIX");
            key.init(own, PASSWORD);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(key.getKeyManagers(), trust.getTrustManagers(), null);
            SSLServerSocket server =
                    (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, address);
            server.setNeedClientAuth(true);
            // What Go's servers choose on processors with AES.
            server.setEnabledCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"});
            return server;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** {@code certificate-authority-data}. */
    String authority() throws IOException {
        return certificate("ca");
    }

    /** {@code client-certificate-data}. */
    String client() throws IOException {
        return certificate("client");
    }

    /** {@code client-key-data}, PKCS #1 as kubeadm writes it. */
    String clientKey() throws IOException {
        try {
            byte[] key = keys.getKey("client", PASSWORD).getEncoded();
            return pem("RSA PRIVATE KEY", Arrays.copyOfRange(key, PKCS8_HEADER, key.length));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private String certificate(String name) throws IOException {
        try {
            return pem("CERTIFICATE", keys.getCertificate(name).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static String pem(String label, byte[] der) {
        String pem = "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
        return Base64.getEncoder().encodeToString(pem.getBytes(US_ASCII));
    }
}
