package dev.cntr.oci.seccomp;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.security.SeccompFilter;
import dev.cntr.oci.OciException;
import dev.cntr.oci.spec.SeccompSpec;
import dev.cntr.oci.spec.SeccompSpec.Action;
import dev.cntr.oci.spec.SeccompSpec.Condition;
import dev.cntr.oci.spec.SeccompSpec.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compiles a seccomp profile to a filter. What runc and libseccomp do is done here:
 *
 * <ul>
 *   <li>A rule without conditions makes those with conditions for the same call moot. Of the others the first that matches
 *       decides. Rules with the default action say nothing.
 *   <li>Calls of architectures that the profile does not name kill the thread.
 *   <li>Where the default is to refuse, calls that are newer than all that the profile names get ENOSYS, so that libc tries
 *       an older one.
 * </ul>
 *
 * System calls that a machine does not have are passed over, like those that no machine has, unless the profile permits by
 * default: there, a name that is not known is a call that would not be refused.
 */
public final class SeccompCompiler {
    private static final long KILL_THREAD = 0;
    private static final long ENOSYS = 0x50000 | 38;
    private static final long X32_BIT = 0x40000000L;

    private final SeccompSpec spec;
    private final Architecture architecture;
    private final SyscallNumbers numbers = SyscallNumbers.load();

    private SeccompCompiler(SeccompSpec spec, Architecture architecture) {
        this.spec = spec;
        this.architecture = architecture;
    }

    /**
     * The filter for a machine.
     *
     * @throws OciException where the profile contradicts itself, names what is not known, or is too long for the kernel
     */
    public static SeccompFilter compile(SeccompSpec spec, Architecture architecture) {
        Bpf program = new SeccompCompiler(spec, architecture).program();
        if (program.size() > SeccompFilter.MAX_INSTRUCTIONS) {
            throw new OciException("config.json: linux.seccomp comes to " + program.size()
                    + " instructions, but the kernel takes " + SeccompFilter.MAX_INSTRUCTIONS);
        }
        return new SeccompFilter(program.bytes());
    }

    private Bpf program() {
        refuseUnknownNames();
        Set<Abi> abis = abis();
        Bpf program = new Bpf();
        for (Abi abi : abis) {
            if (abi == Abi.X32) {
                continue; // inside that of x86_64, whose name the kernel gives both
            }
            Bpf calls = new Bpf().load(Bpf.NUMBER);
            if (abi == Abi.X86_64) {
                calls.ifAtLeast(X32_BIT, abis.contains(Abi.X32) ? calls(Abi.X32) : new Bpf().give(KILL_THREAD));
            }
            program.load(Bpf.ARCHITECTURE).ifEqual(abi.audit, calls.append(calls(abi)));
        }
        return program.give(KILL_THREAD);
    }

    private void refuseUnknownNames() {
        for (Rule rule : spec.rules()) {
            for (String name : rule.names()) {
                if (spec.defaultAction().permits() && !numbers.known(name)) {
                    throw new OciException("config.json: " + rule.path() + ": no system call named " + name
                            + " is known, so that it would not be refused");
                }
            }
        }
    }

    /** The machine's own, and those that the profile adds. */
    private Set<Abi> abis() {
        Abi own = Abi.of(architecture);
        Set<Abi> abis = EnumSet.of(own);
        for (SeccompSpec.Architectures line : spec.architectures()) {
            line.machine().ifPresent(Abi::check);
            line.names().forEach(Abi::check);
            if (line.machine().isEmpty() || line.machine().equals(Optional.of(own.scmp))) {
                for (Abi abi : Abi.values()) {
                    if (abi.runsOn(architecture) && line.names().contains(abi.scmp)) {
                        abis.add(abi);
                    }
                }
            }
        }
        return abis;
    }

    /** From a loaded number to the return. */
    private Bpf calls(Abi abi) {
        TreeMap<Long, List<Rule>> rules = new TreeMap<>();
        long newest = -1;
        for (Rule rule : spec.rules()) {
            for (String name : rule.names()) {
                OptionalLong number = numbers.number(name, abi);
                if (number.isPresent()) {
                    newest = Math.max(newest, number.getAsLong());
                    if (!rule.action().equals(spec.defaultAction())) {
                        rules.computeIfAbsent(number.getAsLong(), _ -> new ArrayList<>())
                                .add(rule);
                    }
                }
            }
        }
        Bpf program = new Bpf();
        if (!spec.defaultAction().permits() && newest >= 0) {
            program.ifGreater(newest, new Bpf().give(ENOSYS));
        }
        runs(rules).forEach(run -> program.append(run.program(spec.defaultAction())));
        return program.give(spec.defaultAction().word());
    }

    /** Numbers that follow each other, of which the same becomes. */
    private record Run(long first, long last, Optional<Action> always, List<Rule> rules) {
        Bpf program(Action otherwise) {
            Bpf result = new Bpf();
            if (always.isPresent()) {
                result.give(always.get().word());
            } else {
                rules.forEach(rule -> result.append(conditional(rule)));
                result.give(otherwise.word());
            }
            Bpf program = new Bpf();
            return first == last
                    ? program.ifEqual(first, result)
                    : program.ifAtLeast(first, new Bpf().ifAtMost(last, result));
        }

        Optional<Run> with(Run next) {
            boolean same = next.first == last + 1 && always.isPresent() && always.equals(next.always);
            return same ? Optional.of(new Run(first, next.last, always, rules)) : Optional.empty();
        }
    }

    private static List<Run> runs(TreeMap<Long, List<Rule>> rules) {
        List<Run> runs = new ArrayList<>();
        for (Map.Entry<Long, List<Rule>> call : rules.entrySet()) {
            Run run = new Run(call.getKey(), call.getKey(), always(call.getValue()), call.getValue());
            Optional<Run> longer =
                    runs.isEmpty() ? Optional.empty() : runs.getLast().with(run);
            if (longer.isPresent()) {
                runs.set(runs.size() - 1, longer.get());
            } else {
                runs.add(run);
            }
        }
        return runs;
    }

    /** What becomes of a call whatever its arguments are. */
    private static Optional<Action> always(List<Rule> rules) {
        List<Rule> unconditional =
                rules.stream().filter(r -> r.conditions().isEmpty()).toList();
        for (Rule rule : unconditional) {
            if (!rule.action().equals(unconditional.getFirst().action())) {
                throw new OciException("config.json: " + rule.path() + " contradicts "
                        + unconditional.getFirst().path() + ": both are for the same system call");
            }
        }
        return unconditional.stream().findFirst().map(Rule::action);
    }

    /** Returns where the rule matches, and comes out at its end where not. */
    private static Bpf conditional(Rule rule) {
        Bpf program = new Bpf().give(rule.action().word());
        for (Condition condition : rule.conditions().reversed()) {
            program = when(condition, program);
        }
        return program;
    }

    /** A comparison of 64 bits, of which the machine compares 32. The piece may come out at its end with any word loaded. */
    private static Bpf when(Condition c, Bpf then) {
        long high = c.value() >>> 32;
        long low = c.value() & 0xffffffffL;
        int i = c.index();
        Bpf lower = new Bpf().loadArgument(i, false);
        Bpf upper = new Bpf().loadArgument(i, true);
        return switch (c.operator()) {
            case SCMP_CMP_EQ -> upper.ifEqual(high, lower.ifEqual(low, then));
            case SCMP_CMP_NE -> upper.ifNotEqual(high, then).append(lower.ifNotEqual(low, then));
            case SCMP_CMP_GT -> upper.ifGreater(high, then).append(equalHigh(i, high, lower.ifGreater(low, then)));
            case SCMP_CMP_GE -> upper.ifGreater(high, then).append(equalHigh(i, high, lower.ifAtLeast(low, then)));
            case SCMP_CMP_LT -> upper.ifLess(high, then).append(equalHigh(i, high, lower.ifLess(low, then)));
            case SCMP_CMP_LE -> upper.ifLess(high, then).append(equalHigh(i, high, lower.ifAtMost(low, then)));
            case SCMP_CMP_MASKED_EQ ->
                upper.and(high).ifEqual(c.valueTwo() >>> 32, lower.and(low).ifEqual(c.valueTwo() & 0xffffffffL, then));
        };
    }

    private static Bpf equalHigh(int index, long high, Bpf then) {
        return new Bpf().loadArgument(index, true).ifEqual(high, then);
    }
}
