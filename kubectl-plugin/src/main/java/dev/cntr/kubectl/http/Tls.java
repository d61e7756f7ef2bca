package dev.cntr.kubectl.http;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * How TLS is spoken to a server.
 *
 * @param context whom this client trusts, and who it is
 * @param name which the server's certificate must be for, and which the server is told (SNI) unless it is an address
 * @param verified whether the certificate's name counts
 */
record Tls(SSLContext context, String name, boolean verified) {
    /**
     * Shakes hands over a connection that stands.
     *
     * @throws javax.net.ssl.SSLException where the server's certificate is not trusted, or is another one's
     */
    Socket over(Socket plain, int port, Deadline deadline) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        if (verified) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(deadline.millisLeft());
        socket.startHandshake();
        return socket;
    }
}
