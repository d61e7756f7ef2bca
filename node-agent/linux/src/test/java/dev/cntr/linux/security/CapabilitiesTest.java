package dev.cntr.linux.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CapabilitiesTest {

    @Test
    void numbersAreThoseOfTheKernelsHeader() {
        assertThat(Capability.CAP_SYS_ADMIN.number()).isEqualTo(21);
        assertThat(Capability.CAP_AUDIT_READ.number()).isEqualTo(37);
        assertThat(Capability.CAP_CHECKPOINT_RESTORE.number()).isEqualTo(40);
    }

    @Test
    void namesAreReadInAnyFormAndWrittenInOne() {
        Capabilities c = Capabilities.parse("sys_admin, CAP_CHOWN\tcap_62");
        assertThat(c.bits()).isEqualTo(1L << 62 | 1L << 21 | 1);
        assertThat(c).hasToString("CAP_CHOWN,CAP_SYS_ADMIN,CAP_62");
        assertThat(Capabilities.parse(c.toString())).isEqualTo(c);
        assertThat(Capabilities.parse(" ")).isEqualTo(Capabilities.NONE);
        assertThatThrownBy(() -> Capabilities.parse("CAP_CHOWN,CAP_NONSENSE"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CAP_NONSENSE");
        assertThatThrownBy(() -> Capabilities.parse("CAP_64")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sets() {
        Capabilities all = Capabilities.all(40);
        assertThat(all).isEqualTo(Capabilities.parseHex("000001ffffffffff"));
        assertThat(Capabilities.all(63).bits()).isEqualTo(-1);
        Capabilities kill = Capabilities.of(Capability.CAP_KILL);
        assertThat(all.containsAll(kill)).isTrue();
        assertThat(kill.containsAll(all)).isFalse();
        assertThat(all.without(kill).with(kill)).isEqualTo(all);
        assertThat(all.without(kill).contains(Capability.CAP_KILL)).isFalse();
        assertThat(all.and(kill)).isEqualTo(kill);
    }

    @Test
    void theKernelsLastCapability() {
        assertThat(Capabilities.last()).isBetween(Capability.CAP_AUDIT_READ.number(), 63);
    }
}
