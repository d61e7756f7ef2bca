package dev.cntr.oci.spec;

import dev.cntr.linux.proc.ProcessStatus.CapabilitySets;
import dev.cntr.linux.proc.ResourceLimit;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.linux.terminal.WindowSize;
import dev.cntr.oci.OciException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The container's first process.
 *
 * @param consoleSize of its terminal; empty where none is asked for
 * @param capabilities empty where the caller's are to be kept
 * @param oomScoreAdjustment empty where the caller's is to be kept
 */
public record ProcessSpec(
        boolean terminal,
        Optional<WindowSize> consoleSize,
        User user,
        List<String> args,
        List<String> env,
        String cwd,
        Optional<CapabilitySets> capabilities,
        Map<ResourceLimit, ResourceLimit.Range> rlimits,
        boolean noNewPrivileges,
        Optional<String> securityLabel,
        OptionalInt oomScoreAdjustment) {
    public ProcessSpec {
        args = List.copyOf(args);
        env = List.copyOf(env);
        rlimits = Map.copyOf(rlimits);
    }

    /** Ids in the container. */
    public record User(long uid, long gid, List<Long> additionalGids, OptionalInt umask) {
        static User read(JsonObject json) {
            OptionalLong umask = json.number("umask");
            json.ignore("username"); // for Windows
            User user = new User(
                    json.number("uid").orElse(0),
                    json.number("gid").orElse(0),
                    json.numbers("additionalGids"),
                    umask.isPresent() ? OptionalInt.of((int) umask.getAsLong()) : OptionalInt.empty());
            json.refuseTheRest();
            return user;
        }
    }

    static ProcessSpec read(JsonObject json) {
        List<String> args = json.strings("args");
        if (args.isEmpty()) {
            throw new OciException("config.json: process.args is empty; give the command to run");
        }
        String cwd = json.requiredString("cwd");
        if (!cwd.startsWith("/")) {
            throw new OciException("config.json: process.cwd must be an absolute path, not " + cwd);
        }
        OptionalLong oom = json.number("oomScoreAdj");
        ProcessSpec process = new ProcessSpec(
                json.flag("terminal"),
                json.object("consoleSize", ProcessSpec::size),
                json.object("user", User::read).orElse(new User(0, 0, List.of(), OptionalInt.empty())),
                args,
                json.strings("env"),
                cwd,
                json.object("capabilities", ProcessSpec::capabilities),
                rlimits(json),
                json.flag("noNewPrivileges"),
                json.string("apparmorProfile")
                        .or(() -> json.string("selinuxLabel"))
                        .filter(s -> !s.isEmpty()),
                oom.isPresent() ? OptionalInt.of((int) oom.getAsLong()) : OptionalInt.empty());
        json.refuseTheRest();
        return process;
    }

    private static WindowSize size(JsonObject json) {
        return new WindowSize((int) json.number("width").orElse(0), (int)
                json.number("height").orElse(0));
    }

    private static CapabilitySets capabilities(JsonObject json) {
        CapabilitySets sets = new CapabilitySets(
                set(json, "inheritable"),
                set(json, "permitted"),
                set(json, "effective"),
                set(json, "bounding"),
                set(json, "ambient"));
        json.refuseTheRest();
        return sets;
    }

    private static Capabilities set(JsonObject json, String name) {
        try {
            return Capabilities.parse(json.strings(name));
        } catch (IllegalArgumentException e) {
            throw new OciException("config.json: process.capabilities." + name + ": " + e.getMessage(), e);
        }
    }

    private static Map<ResourceLimit, ResourceLimit.Range> rlimits(JsonObject json) {
        Map<ResourceLimit, ResourceLimit.Range> limits = new EnumMap<>(ResourceLimit.class);
        json.objects("rlimits", limit -> {
            String type = limit.requiredString("type");
            ResourceLimit.Range range = new ResourceLimit.Range(
                    limit.number("soft").orElse(0), limit.number("hard").orElse(0));
            limit.refuseTheRest();
            try {
                if (limits.put(ResourceLimit.valueOf(type), range) != null) {
                    throw new OciException("config.json: process.rlimits has " + type + " twice");
                }
            } catch (IllegalArgumentException e) {
                throw new OciException(
                        "config.json: " + limit.path() + ".type " + type + " is no limit of getrlimit(2)", e);
            }
            return range;
        });
        return limits;
    }
}
