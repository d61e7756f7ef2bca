package dev.cntr.kubectl.http;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts are reached without the proxy, as Go programs read {@code NO_PROXY}: {@code *}, a domain with all below it, {@code .domain} with what is below
 * it only, an address, a network ({@code 10.0.0.0/8}); a port behind a name or an address.
 */
record NoProxy(List<String> entries) {
    boolean covers(String host, int port) {
        return entries.stream()
                .map(String::strip)
                .anyMatch(entry -> covers(entry, host.toLowerCase(Locale.ROOT), port));
    }

    private static boolean covers(String entry, String host, int port) {
        if (entry.isEmpty()) {
            return false;
        }
        if (entry.equals("*")) {
            return true;
        }
        int slash = entry.indexOf('/');
        if (slash > 0) {
            byte[] network = address(entry.substring(0, slash));
            byte[] address = address(host);
            return network != null && address != null && shares(network, address, entry.substring(slash + 1));
        }
        int colon = entry.lastIndexOf(':');
        boolean withPort = colon > 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']');
        if (withPort && !entry.substring(colon + 1).equals(String.valueOf(port))) {
            return false;
        }
        String name = Route.bare((withPort ? entry.substring(0, colon) : entry).toLowerCase(Locale.ROOT));
        return name.startsWith(".") ? host.endsWith(name) : host.equals(name) || host.endsWith("." + name);
    }

    private static boolean shares(byte[] network, byte[] address, String length) {
        int bits;
        try {
            bits = Integer.parseInt(length);
        } catch (NumberFormatException _) {
            return false;
        }
        if (network.length != address.length || bits < 0 || bits > 8 * network.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> i % 8;
            if ((network[i / 8] & mask) != (address[i / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Null where the text is a name, which is not looked up. */
    private static byte @Nullable [] address(String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
