package dev.cntr.attach;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.security.SeccompException;
import dev.cntr.linux.security.SeccompFilter;
import dev.cntr.oci.OciException;
import dev.cntr.oci.seccomp.SeccompCompiler;
import dev.cntr.oci.spec.SeccompSpec;
import java.util.List;
import java.util.Optional;

/** The seccomp filters of a target, as far as they are known. */
public sealed interface Seccomp {
    /** All of them, the oldest first; an empty list for a target without any. */
    record Copied(List<SeccompFilter> filters) implements Seccomp {
        public Copied {
            filters = List.copyOf(filters);
        }
    }

    /** It has some, but they cannot be read. */
    record Unreadable(SeccompException why) implements Seccomp {}

    /**
     * The filters for a debug process, and the flags of seccomp(2) for them.
     *
     * @param warning how they are not exactly the target's
     */
    record Chosen(List<SeccompFilter> filters, long flags, Optional<String> warning) {
        public Chosen {
            filters = List.copyOf(filters);
        }
    }

    /**
     * Those of the target; where they cannot be read, those that its engine's configuration asks for.
     *
     * @throws AttachException where neither is known: a debug process without a filter is made only where that was asked for
     */
    default Chosen choose(PinnedProcess process, Command command) {
        if (command.elevation().withoutConfinement()) {
            return new Chosen(List.of(), 0, Optional.empty());
        }
        return switch (this) {
            case Copied(List<SeccompFilter> filters) -> new Chosen(filters, 0, Optional.empty());
            case Unreadable(SeccompException why) -> compiled(process, command, why);
        };
    }

    private static Chosen compiled(PinnedProcess process, Command command, SeccompException why) {
        try {
            SeccompSpec spec = command.runtimeSpec()
                    .flatMap(SeccompSpec::ofConfig)
                    .orElseThrow(() -> unknown(process, why, "its engine does not tell its seccomp profile", why));
            return new Chosen(
                    List.of(SeccompCompiler.compile(spec, Architecture.current())),
                    spec.flags(),
                    Optional.of(why.getMessage() + ". Its filter is made anew from the profile that its engine tells"));
        } catch (OciException e) {
            throw unknown(process, why, "the profile that its engine tells cannot be used: " + e.getMessage(), e);
        }
    }

    private static AttachException unknown(PinnedProcess process, SeccompException why, String also, Exception cause) {
        return new AttachException(
                "cannot attach to " + process + ": " + why.getMessage() + ", and " + also
                        + ". To go without a seccomp filter, which the target does not, say --unconfined",
                cause);
    }
}
