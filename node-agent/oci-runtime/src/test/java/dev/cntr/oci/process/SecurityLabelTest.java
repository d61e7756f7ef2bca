package dev.cntr.oci.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.program.Assembler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels as /proc/PID/attr/current prints them on machines with AppArmor and SELinux, and what is written for them. */
class SecurityLabelTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "docker-default (enforce) | exec docker-default",
                "cri-containerd.apparmor.d (enforce) | exec cri-containerd.apparmor.d",
                "containers-default-0.44.4 (complain) | exec containers-default-0.44.4",
                "lxc-container-default-cgns//&:lxd-c1_<var-lib-lxd>:unconfined (mixed) | exec lxc-container-default-cgns//&:lxd-c1_<var-lib-lxd>:unconfined",
                "/usr/bin/with (blank) (enforce) | exec /usr/bin/with (blank)",
                "unconfined | exec unconfined",
                "system_u:system_r:container_t:s0:c100,c200 | system_u:system_r:container_t:s0:c100,c200",
                "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023 | unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023",
            })
    void whatIsWrittenForALabel(String printed, String written) {
        assertThat(SecurityLabel.onExec(printed)).isEqualTo(written);
    }

    @Test
    void appArmorsOwnFileIsTriedBeforeTheSharedOne() {
        assertThat(steps("docker-default (enforce)"))
                .containsSubsequence(
                        "\"/proc/self/attr/apparmor/exec\"",
                        "\"exec docker-default\", 19",
                        "\"/proc/self/attr/exec\"",
                        "\"exec docker-default\", 19");
    }

    @Test
    void aContextOfSelinuxGoesToTheSharedFileOnly() {
        assertThat(steps("system_u:system_r:container_t:s0:c1,c2"))
                .contains("\"/proc/self/attr/exec\"", "\"system_u:system_r:container_t:s0:c1,c2\", 38")
                .doesNotContain("apparmor");
    }

    private static String steps(String label) {
        Assembler a = Assembler.silent(Architecture.X86_64);
        SecurityLabel.emit(a, label);
        a.exit(0);
        return a.assemble().describe();
    }
}
