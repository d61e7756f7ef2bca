package dev.cntr.attach;

import dev.cntr.linux.security.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a debug process is to be or to be allowed beyond its target: {@link #NONE} but where somebody asked for it.
 *
 * @param user in place of the target's
 * @param added capabilities besides those of the profile
 * @param unconfined whether it goes without the target's seccomp filters and security context
 */
public record Elevation(Profile profile, Optional<User> user, Capabilities added, boolean unconfined) {
    public static final Elevation NONE = new Elevation(Profile.TARGET, Optional.empty(), Capabilities.NONE, false);

    /**
     * A user as the target's user namespace counts it.
     *
     * @param gid empty for the target's
     */
    public record User(long uid, OptionalLong gid) {
        private static final Pattern FORM = Pattern.compile("(\\d{1,10})(?::(\\d{1,10}))?");
        /** The ids of setresuid(2) that mean a user; -1 means none. */
        private static final long LAST = 0xfffffffeL;

        /**
         * Reads {@code UID} or {@code UID:GID}.
         *
         * @throws IllegalArgumentException for anything else, also for names: whose they would be is not plain
         */
        public static User parse(String text) {
            Matcher m = FORM.matcher(text);
            if (!m.matches()) {
                throw new IllegalArgumentException("\"" + text + "\" is no user: give UID or UID:GID, as numbers");
            }
            return new User(
                    id(m.group(1)), m.group(2) == null ? OptionalLong.empty() : OptionalLong.of(id(m.group(2))));
        }

        private static long id(String digits) {
            long id = Long.parseLong(digits);
            if (id > LAST) {
                throw new IllegalArgumentException(digits + " is no id of a user or group: the last one is " + LAST);
            }
            return id;
        }

        @Override
        public String toString() {
            return uid + (gid.isPresent() ? ":" + gid.getAsLong() : "");
        }
    }

    /**
     * All capabilities that are added.
     *
     * @param available those that this program can give
     */
    Capabilities capabilities(Capabilities available) {
        return added.with(profile == Profile.SYSADMIN ? available : profile.capabilities());
    }

    /** Whether it goes without seccomp filters and security context. */
    boolean withoutConfinement() {
        return unconfined || profile == Profile.SYSADMIN;
    }

    /** What is raised, in words; empty for nothing. */
    Optional<String> describe(Capabilities available) {
        List<String> raised = new ArrayList<>();
        user.ifPresent(u -> raised.add("it runs as user " + u));
        Capabilities more = capabilities(available);
        if (!more.isEmpty()) {
            boolean all = more.equals(Profile.SYSADMIN.capabilities());
            raised.add("it gets " + (all ? "all capabilities" : more.toString()));
        }
        if (withoutConfinement()) {
            raised.add("it goes without the target's seccomp filter and security context");
        }
        return raised.isEmpty()
                ? Optional.empty()
                : Optional.of("more than the target may, as was asked for: " + String.join("; ", raised));
    }
}
