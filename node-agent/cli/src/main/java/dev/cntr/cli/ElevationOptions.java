package dev.cntr.cli;

import dev.cntr.attach.Elevation;
import dev.cntr.attach.Profile;
import dev.cntr.linux.security.Capabilities;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options that raise a debug process above its target. */
final class ElevationOptions {
    private final OptionSpec profile = Options.choice(
            Profile.class,
            "target",
            "PROFILE",
            "Capabilities besides the container's: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, none; general"
                    + " traces, netadmin configures and sees the network, sysadmin has all).",
            "--profile");

    private final OptionSpec user = Options.builder("UID[:GID]", "In place of the container's user.", "--user")
            .type(Elevation.User.class)
            .converters(Options.parser(Elevation.User::parse))
            .build();

    private final OptionSpec capabilities = Options.builder(
                    "CAPABILITY", "A capability besides the container's; may be given more than once.", "--cap-add")
            .type(List.class)
            .auxiliaryTypes(Capabilities.class)
            .splitRegex(",")
            .converters(Options.parser(Capabilities::parse))
            .build();

    private final OptionSpec unconfined =
            Options.flag("Without the container's seccomp filter and its AppArmor or SELinux context.", "--unconfined");

    void addTo(CommandSpec spec) {
        spec.addOption(profile).addOption(user).addOption(capabilities).addOption(unconfined);
    }

    Elevation elevation() {
        Elevation.@Nullable User other = user.getValue();
        Capabilities added = Capabilities.NONE;
        for (Capabilities more : Options.<Capabilities>values(capabilities)) {
            added = added.with(more);
        }
        return new Elevation(profile.getValue(), Optional.ofNullable(other), added, Options.isSet(unconfined));
    }
}
