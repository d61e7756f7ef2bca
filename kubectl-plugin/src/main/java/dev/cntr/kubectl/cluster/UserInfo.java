package dev.cntr.kubectl.cluster;

import java.util.List;

/**
 * Who the API server takes a client for.
 *
 * @param name never empty
 * @param groups maybe none
 */
public record UserInfo(String name, List<String> groups) {
    public UserInfo {
        groups = List.copyOf(groups);
    }
}
