package dev.cntr.attach;

import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.linux.proc.ProcessStatus.CapabilitySets;
import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.security.Capabilities;
import java.util.ArrayList;
import java.util.List;

/**
 * The capabilities of a debug process. The target's sets cannot always be copied as they are: execve(2) computes new ones
 * (capabilities(7)), and a target that holds some by its file's capabilities, or that is root and has dropped some, would
 * have a shell with other ones beside it. There the effective and permitted sets are kept, by way of the ambient one.
 *
 * @param sets to be set before execve(2), which leaves effective, permitted and bounding as they are
 * @param noRoot whether user 0 must not gain by execve(2)
 * @param warnings what is not as in the target
 */
record Rights(CapabilitySets sets, boolean noRoot, List<String> warnings) {
    Rights {
        warnings = List.copyOf(warnings);
    }

    /**
     * Those of a target's user with an elevation.
     *
     * @param available what this program can give
     */
    static Rights of(CapabilitySets target, Ids uids, Elevation elevation, Capabilities available) {
        boolean root = uids.effective() == 0 || uids.real() == 0;
        CapabilitySets sets = elevation.user().isPresent() ? ofAnotherUser(target, root) : target;
        return kept(raised(sets, elevation.capabilities(available)), root);
    }

    /** As after a change of the user, setuid(2) and execve(2): root has all of the bounding set, others have none. */
    private static CapabilitySets ofAnotherUser(CapabilitySets target, boolean root) {
        Capabilities held = root ? target.bounding() : Capabilities.NONE;
        return new CapabilitySets(Capabilities.NONE, held, held, target.bounding(), Capabilities.NONE);
    }

    private static CapabilitySets raised(CapabilitySets sets, Capabilities added) {
        return new CapabilitySets(
                sets.inheritable().with(added),
                sets.permitted().with(added),
                sets.effective().with(added),
                sets.bounding().with(added),
                sets.ambient().with(added));
    }

    private static Rights kept(CapabilitySets sets, boolean root) {
        List<String> warnings = new ArrayList<>();
        Capabilities inheritable = sets.inheritable().and(sets.bounding()); // capset(2) takes no others
        Capabilities afterwards = root ? inheritable.with(sets.bounding()) : sets.ambient();
        if (afterwards.equals(sets.permitted())) {
            return new Rights(with(sets, inheritable, sets.ambient()), false, warnings);
        }
        Capabilities kept = sets.permitted().and(sets.bounding());
        Capabilities lost = sets.permitted().without(kept);
        if (!lost.isEmpty()) {
            warnings.add("the target holds " + lost + " outside its bounding set: no shell can be given them");
        }
        warnings.add("the target's capabilities would change by executing a command, so that "
                + (kept.isEmpty() ? "root is given none" : kept + " are held as ambient ones"));
        return new Rights(with(sets, inheritable.with(kept), kept), root, warnings);
    }

    private static CapabilitySets with(CapabilitySets sets, Capabilities inheritable, Capabilities ambient) {
        Capabilities permitted = sets.permitted().and(sets.bounding().with(ambient));
        return new CapabilitySets(
                inheritable, permitted, sets.effective().and(permitted), sets.bounding(), ambient.and(permitted));
    }

    /**
     * Makes sure that this program may give them.
     *
     * @throws AttachException where it lacks some that are to be held
     */
    void check(CapabilitySets mine, Target target, List<String> warnings) {
        Capabilities missing = sets.permitted().with(sets.inheritable()).without(mine.permitted());
        if (!missing.isEmpty()) {
            throw new AttachException("cannot attach to " + target.process() + ": the process is to hold " + missing
                    + ", which this program does not; give it these capabilities");
        }
        Capabilities unbound = sets.bounding().without(mine.bounding());
        if (!unbound.isEmpty()) {
            warnings.add("the bounding set lacks " + unbound + ", as that of this program does");
        }
    }

    /** The capabilities of this program. */
    static CapabilitySets own() {
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            return self.status().capabilities();
        }
    }
}
