package dev.cntr.oci.spec;

import dev.cntr.oci.OciException;
import java.util.List;

/**
 * A mount in the container.
 *
 * @param destination an absolute path in it
 * @param type {@code bind} where an option says so, else a file system
 */
public record MountSpec(String destination, String type, String source, List<String> options) {
    public MountSpec {
        options = List.copyOf(options);
    }

    static MountSpec read(JsonObject json) {
        String destination = json.requiredString("destination");
        if (!destination.startsWith("/")) {
            throw new OciException("config.json: " + json.path() + ".destination must be absolute, not " + destination);
        }
        List<String> options = json.strings("options");
        boolean bind = options.contains("bind") || options.contains("rbind");
        String type = bind ? "bind" : json.string("type").orElse("none");
        json.ignore("type");
        MountSpec mount = new MountSpec(destination, type, json.string("source").orElse(type), options);
        json.refuseTheRest();
        return mount;
    }

    public boolean bind() {
        return type.equals("bind");
    }
}
