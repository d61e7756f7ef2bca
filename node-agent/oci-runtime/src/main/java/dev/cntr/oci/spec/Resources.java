package dev.cntr.oci.spec;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Limits of the container's cgroup, as files of cgroup v1.
 *
 * @param devices what may be accessed, in order
 * @param files name of the controller's file, as {@code memory.limit_in_bytes}, and what is written to it, in order
 */
public record Resources(List<DeviceRule> devices, Map<String, String> files) {
    static final Resources NONE = new Resources(List.of(), Map.of());

    public Resources {
        devices = List.copyOf(devices);
    }

    /** A line of devices.allow or devices.deny. */
    public record DeviceRule(boolean allow, String rule) {
        static DeviceRule read(JsonObject json) {
            String type = json.string("type").orElse("a");
            String access = json.string("access").orElse("rwm");
            String rule = "%s %s:%s %s"
                    .formatted(
                            type.isEmpty() ? "a" : type,
                            word(json.number("major")),
                            word(json.number("minor")),
                            access);
            DeviceRule device = new DeviceRule(json.flag("allow"), rule);
            json.refuseTheRest();
            return device;
        }

        private static String word(OptionalLong number) {
            return number.isEmpty() || number.getAsLong() < 0 ? "*" : Long.toString(number.getAsLong());
        }
    }

    static Resources read(JsonObject json) {
        Map<String, String> files = new LinkedHashMap<>();
        json.object("memory").ifPresent(memory -> {
            number(memory, "limit", "memory.limit_in_bytes", files);
            number(memory, "swap", "memory.memsw.limit_in_bytes", files);
            number(memory, "reservation", "memory.soft_limit_in_bytes", files);
            number(memory, "swappiness", "memory.swappiness", files);
            if (memory.flag("disableOOMKiller")) {
                files.put("memory.oom_control", "1");
            }
            memory.ignore("checkBeforeUpdate");
            memory.ignore("useHierarchy");
            memory.refuseTheRest();
        });
        json.object("cpu").ifPresent(cpu -> {
            number(cpu, "shares", "cpu.shares", files);
            number(cpu, "period", "cpu.cfs_period_us", files);
            number(cpu, "quota", "cpu.cfs_quota_us", files);
            cpu.string("cpus").filter(s -> !s.isEmpty()).ifPresent(s -> files.put("cpuset.cpus", s));
            cpu.string("mems").filter(s -> !s.isEmpty()).ifPresent(s -> files.put("cpuset.mems", s));
            cpu.refuseTheRest();
        });
        json.object("pids").ifPresent(pids -> {
            OptionalLong limit = pids.number("limit");
            if (limit.isPresent() && limit.getAsLong() != 0) {
                files.put("pids.max", limit.getAsLong() < 0 ? "max" : Long.toString(limit.getAsLong()));
            }
            pids.refuseTheRest();
        });
        json.object("blockIO").ifPresent(blockIo -> {
            number(blockIo, "weight", "blkio.weight", files);
            blockIo.refuseTheRest();
        });
        Resources resources = new Resources(json.objects("devices", DeviceRule::read), files);
        json.refuseTheRest();
        return resources;
    }

    private static void number(JsonObject json, String name, String file, Map<String, String> files) {
        OptionalLong value = json.number(name);
        if (value.isPresent() && value.getAsLong() != 0) {
            files.put(file, Long.toString(value.getAsLong()));
        }
    }
}
