package dev.cntr.cli;

import dev.cntr.attach.Elevation;
import dev.cntr.attach.Profile;
import dev.cntr.linux.security.Capabilities;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that raise a debug process above its target. */
final class ElevationOptions {
    @Option(
            names = "--profile",
            defaultValue = "target",
            description = "Capabilities besides the container's: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE},"
                    + " none; general traces, netadmin configures and sees the network, sysadmin has all).")
    private Profile profile;

    @Option(
            names = "--user",
            paramLabel = "UID[:GID]",
            converter = UserConverter.class,
            description = "In place of the container's user.")
    private Elevation.@Nullable User user;

    @Option(
            names = "--cap-add",
            split = ",",
            paramLabel = "CAPABILITY",
            converter = CapabilityConverter.class,
            description = "A capability besides the container's; may be given more than once.")
    private @Nullable List<Capabilities> capabilities;

    @Option(
            names = "--unconfined",
            description = "Without the container's seccomp filter and its AppArmor or SELinux context.")
    private boolean unconfined;

    Elevation elevation() {
        List<Capabilities> added = capabilities == null ? List.of() : capabilities;
        return new Elevation(
                profile,
                Optional.ofNullable(user),
                added.stream().reduce(Capabilities.NONE, Capabilities::with),
                unconfined);
    }

    static final class UserConverter implements ITypeConverter<Elevation.User> {
        @Override
        public Elevation.User convert(String value) {
            try {
                return Elevation.User.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    static final class CapabilityConverter implements ITypeConverter<Capabilities> {
        @Override
        public Capabilities convert(String value) {
            try {
                return Capabilities.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
