package dev.cntr.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cntr.linux.proc.ProcessStatus.CapabilitySets;
import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.linux.security.Capability;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElevationTest {
    private static final Capabilities NONE = Capabilities.NONE;
    private static final Capabilities KILL = Capabilities.of(Capability.CAP_KILL);
    private static final Capabilities ALL = Capabilities.all(40);
    private static final Ids ROOT = new Ids(0, 0, 0, 0);
    private static final Ids USER = new Ids(7, 7, 7, 7);

    @Test
    void usersAreNumbers() {
        assertThat(Elevation.User.parse("0")).isEqualTo(new Elevation.User(0, OptionalLong.empty()));
        assertThat(Elevation.User.parse("65532:4294967294"))
                .isEqualTo(new Elevation.User(65532, OptionalLong.of(4294967294L)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "root", "-1", "4294967295", "1:", ":1", "1:2:3", "99999999999"})
    void otherUsersAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Elevation.User.parse(text));
    }

    @Test
    void nothingRaisedIsNothingToTell() {
        assertThat(Elevation.NONE.describe(ALL)).isEmpty();
        assertThat(new Elevation(Profile.SYSADMIN, Optional.empty(), NONE, false).describe(ALL))
                .hasValueSatisfying(text -> assertThat(text).contains("all capabilities; it goes without"));
    }

    @Test
    void setsThatExecuteKeepsAreTheTargetsAsTheyAre() {
        CapabilitySets root = new CapabilitySets(NONE, KILL, KILL, KILL, NONE);
        CapabilitySets ambient = new CapabilitySets(KILL, KILL, KILL, ALL, KILL);
        CapabilitySets nothing = new CapabilitySets(NONE, NONE, NONE, ALL, NONE);
        assertThat(Rights.of(root, ROOT, Elevation.NONE, ALL)).isEqualTo(exactly(root));
        assertThat(Rights.of(ambient, USER, Elevation.NONE, ALL)).isEqualTo(exactly(ambient));
        assertThat(Rights.of(nothing, USER, Elevation.NONE, ALL)).isEqualTo(exactly(nothing));
    }

    private static Rights exactly(CapabilitySets sets) {
        return new Rights(sets, false, List.of());
    }

    @Test
    void rootThatDroppedCapabilitiesDoesNotGainThemByExecute() {
        CapabilitySets dropped = new CapabilitySets(NONE, KILL, KILL, ALL, NONE);
        Rights rights = Rights.of(dropped, ROOT, Elevation.NONE, ALL);
        assertThat(rights.noRoot()).isTrue();
        assertThat(rights.sets()).isEqualTo(new CapabilitySets(KILL, KILL, KILL, ALL, KILL));
        assertThat(rights.warnings()).hasSize(1);
    }

    @Test
    void addedCapabilitiesAreInEverySetOfAnotherUser() {
        CapabilitySets nothing = new CapabilitySets(NONE, NONE, NONE, NONE, NONE);
        Elevation kill = new Elevation(Profile.TARGET, Optional.empty(), KILL, false);
        assertThat(Rights.of(nothing, USER, kill, ALL))
                .isEqualTo(exactly(new CapabilitySets(KILL, KILL, KILL, KILL, KILL)));
    }
}
