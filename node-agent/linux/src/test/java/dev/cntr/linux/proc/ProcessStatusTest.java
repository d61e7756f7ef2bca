package dev.cntr.linux.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.proc.ProcessStatus.Ids;
import dev.cntr.linux.proc.ProcessStatus.SeccompMode;
import dev.cntr.linux.security.Capability;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Texts recorded on Linux 6.18, cut to the lines that matter and some that must not. */
class ProcessStatusTest {

    @Test
    void aContainerUnderTheRuntimesDefaultProfile() {
        ProcessStatus s = ProcessStatus.parse("""
                Name:	sh\\nx: y
                Umask:	0027
                State:	S (sleeping)
                Tgid:	4242
                Ngid:	0
                Pid:	4242
                PPid:	4200
                TracerPid:	0
                Uid:	65532	65532	65532	65532
                Gid:	65532	65532	65532	65532
                FDSize:	64
                Groups:	10 2000 65532\s
                NSpid:	4242	117	1
                SigIgn:	0000000000000000
                CapInh:	0000000000000000
                CapPrm:	0000000000000000
                CapEff:	0000000000000000
                CapBnd:	00000000a80425fb
                CapAmb:	0000000000000400
                NoNewPrivs:	1
                Seccomp:	2
                Seccomp_filters:	3
                """);
        assertThat(s.name()).isEqualTo("sh\\nx: y");
        assertThat(s.umask()).hasValue(027);
        assertThat(s.uids()).isEqualTo(new Ids(65532, 65532, 65532, 65532));
        assertThat(s.groups()).containsExactly(10L, 2000L, 65532L);
        assertThat(s.nestedPids()).containsExactly(4242, 117, 1);
        assertThat(s.capabilities().bounding().bits()).isEqualTo(0xa80425fbL);
        assertThat(s.capabilities().bounding().contains(Capability.CAP_NET_RAW)).isTrue();
        assertThat(s.capabilities().ambient().bits()).isEqualTo(0x400);
        assertThat(s.capabilities().effective().isEmpty()).isTrue();
        assertThat(s.noNewPrivileges()).isTrue();
        assertThat(s.seccomp()).isEqualTo(SeccompMode.FILTER);
        assertThat(s.seccompFilters()).isEqualTo(OptionalInt.of(3));
        assertThat(s.dead()).isFalse();
    }

    @Test
    void aTracedProcessOfAUserNamespaceOnTheHost() {
        ProcessStatus s = ProcessStatus.parse("""
                Name:	a) b (c
                Umask:	0022
                State:	t (tracing stop)
                Tgid:	77
                Pid:	77
                PPid:	1
                TracerPid:	99
                Uid:	3000000000	100000	100000	4294967294
                Gid:	100000	100001	100002	100003
                Groups:	\s
                NSpid:	77
                CapInh:	0000000000000000
                CapPrm:	000001ffffffffff
                CapEff:	000001ffffffffff
                CapBnd:	ffffffffffffffff
                CapAmb:	0000000000000000
                NoNewPrivs:	0
                Seccomp:	0
                """);
        assertThat(s.tracer()).isEqualTo(99);
        assertThat(s.state()).isEqualTo('t');
        assertThat(s.uids()).isEqualTo(new Ids(3_000_000_000L, 100000, 100000, 4_294_967_294L));
        assertThat(s.gids()).isEqualTo(new Ids(100000, 100001, 100002, 100003));
        assertThat(s.groups()).isEmpty();
        assertThat(s.capabilities().bounding().bits()).isEqualTo(-1);
        assertThat(s.seccomp()).isEqualTo(SeccompMode.DISABLED);
        assertThat(s.seccompFilters()).isEmpty();
    }

    @Test
    void aKernelThreadHasNoUmask() {
        ProcessStatus s = ProcessStatus.parse("""
                Name:	kworker/0:0H-events_highpri
                State:	I (idle)
                Tgid:	9
                Pid:	9
                PPid:	2
                TracerPid:	0
                Uid:	0	0	0	0
                Gid:	0	0	0	0
                Groups:\s
                CapInh:	0000000000000000
                CapPrm:	000001ffffffffff
                CapEff:	000001ffffffffff
                CapBnd:	000001ffffffffff
                """);
        assertThat(s.umask()).isEmpty();
        assertThat(s.nestedPids()).isEmpty();
        assertThat(s.capabilities().ambient().isEmpty()).isTrue();
    }

    @Test
    void aMissingLineIsNamed() {
        assertThatThrownBy(() -> ProcessStatus.parse("Name:\tx\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no line State");
    }
}
