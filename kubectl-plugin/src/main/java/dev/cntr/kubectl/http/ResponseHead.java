package dev.cntr.kubectl.http;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The beginning of a server's answer.
 *
 * @param headers by their names in lower case; of several of one name the last
 */
record ResponseHead(int status, Map<String, String> headers) {
    private static final int MOST_HEADERS = 256;
    static final int SWITCHING_PROTOCOLS = 101;

    /** Reads one, past those that only announce it. */
    static ResponseHead read(Connection from) throws IOException {
        ResponseHead head = readOne(from);
        while (head.status < 200 && head.status != SWITCHING_PROTOCOLS) {
            head = readOne(from);
        }
        return head;
    }

    private static ResponseHead readOne(Connection from) throws IOException {
        int status = status(from.line());
        Map<String, String> headers = new HashMap<>();
        for (String line = from.line(); !line.isEmpty(); line = from.line()) {
            int colon = line.indexOf(':');
            if (colon < 1 || headers.size() == MOST_HEADERS) {
                throw new ProtocolException("this is no HTTP header: " + line);
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new ResponseHead(status, headers);
    }

    private static int status(String line) throws ProtocolException {
        String[] words = line.split(" ", 3);
        if (words.length >= 2 && words[0].startsWith("HTTP/1.")) {
            try {
                return Integer.parseInt(words[1]);
            } catch (NumberFormatException _) {
                // told below
            }
        }
        throw new ProtocolException("the server does not speak HTTP/1.1: " + line);
    }

    boolean isSuccessful() {
        return status >= 200 && status < 300;
    }

    /** Empty where there is none. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** Whether a header's list has a word. */
    boolean lists(String name, String word) {
        for (String listed : header(name).split(",", -1)) {
            if (listed.strip().equalsIgnoreCase(word)) {
                return true;
            }
        }
        return false;
    }
}
