package dev.cntr.oci.spec;

import dev.cntr.linux.proc.IdMap;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.oci.OciException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of the configuration that is Linux's own.
 *
 * @param namespaces those that are not the caller's; a path where there is one to join, empty where one is to be made
 * @param uidMappings of a new user namespace; empty for none
 * @param propagation {@code rootfsPropagation}; empty for the default
 */
public record LinuxSpec(
        Map<Namespace, Optional<String>> namespaces,
        IdMap uidMappings,
        IdMap gidMappings,
        List<DeviceSpec> devices,
        Optional<String> cgroupsPath,
        Resources resources,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        Optional<String> propagation,
        Map<String, String> sysctl,
        Optional<SeccompSpec> seccomp) {
    static final LinuxSpec NOTHING = new LinuxSpec(
            Map.of(),
            new IdMap(List.of()),
            new IdMap(List.of()),
            List.of(),
            Optional.empty(),
            Resources.NONE,
            List.of(),
            List.of(),
            Optional.empty(),
            Map.of(),
            Optional.empty());

    public LinuxSpec {
        namespaces = Map.copyOf(namespaces);
        devices = List.copyOf(devices);
        maskedPaths = List.copyOf(maskedPaths);
        readonlyPaths = List.copyOf(readonlyPaths);
        sysctl = Map.copyOf(sysctl);
    }

    static LinuxSpec read(JsonObject json) {
        LinuxSpec linux = new LinuxSpec(
                namespaces(json),
                idMap(json, "uidMappings"),
                idMap(json, "gidMappings"),
                json.objects("devices", DeviceSpec::read),
                json.string("cgroupsPath").filter(s -> !s.isEmpty()),
                json.object("resources", Resources::read).orElse(Resources.NONE),
                json.strings("maskedPaths"),
                json.strings("readonlyPaths"),
                json.string("rootfsPropagation").filter(s -> !s.isEmpty()),
                json.object("sysctl", JsonObject::asStrings).orElse(Map.of()),
                json.object("seccomp", SeccompSpec::read));
        json.refuseTheRest();
        return linux;
    }

    private static Map<Namespace, Optional<String>> namespaces(JsonObject json) {
        Map<Namespace, Optional<String>> namespaces = new EnumMap<>(Namespace.class);
        json.objects("namespaces", n -> {
            Namespace kind = kind(n);
            if (namespaces.put(kind, n.string("path").filter(s -> !s.isEmpty())) != null) {
                throw new OciException("config.json: linux.namespaces has the " + kind.link() + " namespace twice");
            }
            n.refuseTheRest();
            return kind;
        });
        return namespaces;
    }

    private static Namespace kind(JsonObject json) {
        String type = json.requiredString("type");
        return switch (type) {
            case "mount" -> Namespace.MNT;
            case "network" -> Namespace.NET;
            case "pid" -> Namespace.PID;
            case "ipc" -> Namespace.IPC;
            case "uts" -> Namespace.UTS;
            case "user" -> Namespace.USER;
            case "cgroup" -> Namespace.CGROUP;
            case "time" ->
                throw new OciException(
                        "config.json: " + json.path() + ": time namespaces are not implemented by cntr-oci");
            default -> throw new OciException("config.json: " + json.path() + ".type " + type + " is no namespace");
        };
    }

    private static IdMap idMap(JsonObject json, String name) {
        return new IdMap(json.objects(name, m -> {
            IdMap.Range range = new IdMap.Range(
                    m.number("containerID").orElse(0),
                    m.number("hostID").orElse(0),
                    m.number("size").orElse(0));
            m.refuseTheRest();
            return range;
        }));
    }

    /** Whether a namespace of a kind is to be made. */
    public boolean makes(Namespace kind) {
        return namespaces.containsKey(kind) && namespaces.get(kind).isEmpty();
    }
}
