package dev.cntr.oci.spec;

import dev.cntr.oci.OciException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code linux.seccomp} of the configuration: which system calls a container may make.
 *
 * @param defaultAction for calls that no rule matches
 * @param architectures besides the machine's own, by libseccomp's names ({@code SCMP_ARCH_X86}); an empty list means its own
 *     alone
 * @param flags of seccomp(2)
 */
public record SeccompSpec(Action defaultAction, List<Architectures> architectures, long flags, List<Rule> rules) {
    private static final int EPERM = 1;
    private static final int LAST_ERRNO = 4095;

    public SeccompSpec {
        architectures = List.copyOf(architectures);
        rules = List.copyOf(rules);
    }

    /**
     * Architectures whose calls a filter is to know.
     *
     * @param machine the machine that the line is for; empty for all
     */
    public record Architectures(Optional<String> machine, List<String> names) {
        public Architectures {
            names = List.copyOf(names);
        }
    }

    /**
     * What becomes of a call.
     *
     * @param word the filter's return value, {@code uapi/linux/seccomp.h}
     */
    public record Action(long word) {
        /** Whether the call is made. */
        public boolean permits() {
            return word == 0x7fff0000L || word == 0x7ffc0000L;
        }
    }

    /** Comparisons of an argument with a number, unsigned. */
    public enum Operator {
        SCMP_CMP_NE,
        SCMP_CMP_LT,
        SCMP_CMP_LE,
        SCMP_CMP_EQ,
        SCMP_CMP_GE,
        SCMP_CMP_GT,
        /** The argument's bits in {@code value} are {@code valueTwo}. */
        SCMP_CMP_MASKED_EQ
    }

    /** A condition on one argument of a call, counted from 0. */
    public record Condition(int index, Operator operator, long value, long valueTwo) {}

    /**
     * What becomes of some calls.
     *
     * @param path where it stands, for messages
     * @param conditions all of which must hold; none for every call
     */
    public record Rule(String path, List<String> names, Action action, List<Condition> conditions) {
        public Rule {
            names = List.copyOf(names);
            conditions = List.copyOf(conditions);
        }
    }

    /** That of a whole configuration, as container engines tell it; empty where it has none. */
    public static Optional<SeccompSpec> ofConfig(String config) {
        return JsonObject.parse("the engine's runtime configuration", config.getBytes(StandardCharsets.UTF_8))
                .object("linux")
                .flatMap(linux -> linux.object("seccomp", SeccompSpec::read));
    }

    static SeccompSpec read(JsonObject json) {
        OptionalLong errno = json.number("defaultErrnoRet");
        json.ignore("defaultErrno"); // the same as a name, of container engines' own profiles
        SeccompSpec spec =
                new SeccompSpec(action(json, "defaultAction", errno), architectures(json), flags(json), rules(json));
        json.refuseTheRest();
        return spec;
    }

    private static List<Architectures> architectures(JsonObject json) {
        List<Architectures> all = new ArrayList<>();
        List<String> names = json.strings("architectures");
        if (!names.isEmpty()) {
            all.add(new Architectures(Optional.empty(), names));
        }
        all.addAll(json.objects("archMap", map -> {
            Architectures line =
                    new Architectures(Optional.of(map.requiredString("architecture")), map.strings("subArchitectures"));
            map.refuseTheRest();
            return line;
        }));
        return all;
    }

    private static long flags(JsonObject json) {
        long flags = 0;
        for (String flag : json.strings("flags")) {
            flags |= switch (flag) {
                case "SECCOMP_FILTER_FLAG_TSYNC" -> 1;
                case "SECCOMP_FILTER_FLAG_LOG" -> 2;
                case "SECCOMP_FILTER_FLAG_SPEC_ALLOW" -> 4;
                default ->
                    throw new OciException("config.json: " + json.path() + ".flags: " + flag
                            + " is not implemented; the flags TSYNC, LOG and SPEC_ALLOW are");
            };
        }
        return flags;
    }

    private static List<Rule> rules(JsonObject json) {
        List<Rule> rules = new ArrayList<>();
        json.objects("syscalls", rule -> {
            Action action = action(rule, "action", rule.number("errnoRet"));
            List<String> names = rule.strings("names");
            if (names.isEmpty()) {
                throw new OciException("config.json: " + rule.path() + ".names is empty");
            }
            List<Condition> conditions = rule.objects("args", SeccompSpec::condition);
            rule.ignore("errno"); // as above
            rule.ignore("comment");
            rule.refuseTheRest();
            if (conditions.stream().mapToInt(Condition::index).distinct().count() == conditions.size()) {
                rules.add(new Rule(rule.path(), names, action, conditions));
            } else {
                // As runc has it: two conditions on one argument are alternatives.
                conditions.forEach(c -> rules.add(new Rule(rule.path(), names, action, List.of(c))));
            }
            return rule;
        });
        return rules;
    }

    private static Condition condition(JsonObject json) {
        long index = json.number("index").orElse(0);
        if (index < 0 || index > 5) {
            throw new OciException("config.json: " + json.path() + ".index: a call has the arguments 0 to 5");
        }
        String op = json.requiredString("op");
        Operator operator;
        try {
            operator = Operator.valueOf(op);
        } catch (IllegalArgumentException e) {
            throw new OciException("config.json: " + json.path() + ".op: " + op + " is no comparison", e);
        }
        Condition condition = new Condition(
                (int) index,
                operator,
                json.number("value").orElse(0),
                json.number("valueTwo").orElse(0));
        json.refuseTheRest();
        return condition;
    }

    private static Action action(JsonObject json, String property, OptionalLong errno) {
        String name = json.requiredString(property);
        long number = errno.orElse(EPERM);
        if (number < 0 || number > LAST_ERRNO) {
            throw new OciException("config.json: " + json.path() + ": " + number + " is no error number");
        }
        long word = switch (name) {
            case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> 0;
            case "SCMP_ACT_KILL_PROCESS" -> 0x80000000L;
            case "SCMP_ACT_TRAP" -> 0x30000;
            case "SCMP_ACT_ERRNO" -> 0x50000 | number;
            case "SCMP_ACT_TRACE" -> 0x7ff00000 | number;
            case "SCMP_ACT_LOG" -> 0x7ffc0000;
            case "SCMP_ACT_ALLOW" -> 0x7fff0000;
            case "SCMP_ACT_NOTIFY" ->
                throw new OciException("config.json: " + json.path() + "." + property
                        + ": SCMP_ACT_NOTIFY is not implemented; there is no agent that could be asked");
            default ->
                throw new OciException("config.json: " + json.path() + "." + property + ": " + name + " is no action");
        };
        return new Action(word);
    }
}
