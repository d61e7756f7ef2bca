package dev.cntr.kubectl.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 request and where to answer it. */
record HttpExchange(
        String method, String path, String query, Map<String, String> headers, byte[] body, OutputStream out) {
    /** The next request of a connection; null at its end. */
    static @Nullable HttpExchange read(InputStream in, OutputStream out) throws IOException {
        String line = line(in);
        if (line == null) {
            return null;
        }
        String[] request = line.split(" ");
        Map<String, String> headers = new HashMap<>();
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        int question = request[1].indexOf('?');
        return new HttpExchange(
                request[0],
                question < 0 ? request[1] : request[1].substring(0, question),
                question < 0 ? "" : request[1].substring(question + 1),
                headers,
                body,
                out);
    }

    /** All values of a query parameter. */
    List<String> values(String parameter) {
        List<String> values = new ArrayList<>();
        for (String pair : query.split("&")) {
            if (pair.startsWith(parameter + "=")) {
                values.add(URLDecoder.decode(pair.substring(parameter.length() + 1), UTF_8));
            }
        }
        return values;
    }

    String text() {
        return new String(body, UTF_8);
    }

    void answer(int status, String json) throws IOException {
        byte[] bytes = json.getBytes(UTF_8);
        out.write(("HTTP/1.1 " + status + " Said\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length
                        + "\r\n\r\n")
                .getBytes(ISO_8859_1));
        out.write(bytes);
        out.flush();
    }

    /** Begins an answer of unknown length. */
    void beginChunks() throws IOException {
        out.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(ISO_8859_1));
        out.flush();
    }

    /** Adds to it; nothing ends it. */
    void chunk(String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
        out.write(bytes);
        out.write("\r\n".getBytes(ISO_8859_1));
        out.flush();
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
