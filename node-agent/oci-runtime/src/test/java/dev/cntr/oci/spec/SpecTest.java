package dev.cntr.oci.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.ResourceLimit;
import dev.cntr.linux.security.Capabilities;
import dev.cntr.oci.OciException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecTest {
    private static final String MINIMAL = """
            {"ociVersion": "1.0.2", "root": {"path": "rootfs"},
             "process": {"args": ["true"], "cwd": "/" %s},
             "linux": {"namespaces": [{"type": "mount"}] %s} %s}
            """;

    private static Spec parse(String inProcess, String inLinux, String atTop) {
        String json = MINIMAL.formatted(comma(inProcess), comma(inLinux), comma(atTop));
        return Spec.parse(Path.of("/bundle"), json.getBytes(StandardCharsets.UTF_8));
    }

    private static String comma(String text) {
        return text.isEmpty() ? "" : ", " + text;
    }

    @Test
    void theConfigurationOfTheSpecCommandIsUnderstood() throws IOException {
        try (InputStream in = Objects.requireNonNull(Spec.class.getResourceAsStream("/dev/cntr/oci/cli/config.json"))) {
            Spec spec = Spec.parse(Path.of("/bundle"), in.readAllBytes());
            assertThat(spec.rootfs()).isEqualTo(Path.of("/bundle/rootfs"));
            assertThat(spec.linux().makes(Namespace.PID)).isTrue();
            assertThat(spec.linux().makes(Namespace.USER)).isFalse();
            assertThat(spec.process().rlimits()).containsOnlyKeys(ResourceLimit.RLIMIT_NOFILE);
            assertThat(spec.process().capabilities().orElseThrow().bounding())
                    .isEqualTo(Capabilities.parse("KILL,NET_BIND_SERVICE,AUDIT_WRITE"));
            assertThat(spec.linux().resources().devices())
                    .containsExactly(new Resources.DeviceRule(false, "a *:* rwm"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '' | '' | "hooks": {"poststop": [{"path": "/bin/true"}]} | hooks is not implemented
            '' | "intelRdt": {"closID": "x"} | '' | linux.intelRdt is not implemented
            '' | "seccomp": {"defaultAction": "SCMP_ACT_NOTIFY"} | '' | linux.seccomp.defaultAction: SCMP_ACT_NOTIFY is not implemented
            '' | "seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_NEW_LISTENER"]} | '' | linux.seccomp.flags: SECCOMP_FILTER_FLAG_NEW_LISTENER is not implemented
            '' | "seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/x"} | '' | linux.seccomp.listenerPath is not implemented
            '' | "seccomp": {"defaultAction": "SCMP_ACT_PARDON"} | '' | SCMP_ACT_PARDON is no action
            '' | "seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["x"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]}]} | '' | linux.seccomp.syscalls[0].args[0].index: a call has the arguments 0 to 5
            '' | "seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["x"], "action": "SCMP_ACT_ALLOW", "args": [{"op": "SCMP_CMP_ALMOST"}]}]} | '' | SCMP_CMP_ALMOST is no comparison
            '' | "seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["x"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}]} | '' | linux.seccomp.syscalls[0].includes is not implemented
            "ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 4} | '' | '' | process.ioPriority is not implemented
            '' | "resources": {"network": {"classID": 7}} | '' | linux.resources.network is not implemented
            '' | "resources": {"cpu": {"idle": 1}} | '' | linux.resources.cpu.idle is not implemented
            '' | "namespaces": [{"type": "time"}] | '' | time namespaces are not implemented
            '' | '' | "mounts": [{"destination": "/x", "type": "tmpfs", "uidMappings": [{"size": 1}]}] | mounts[0].uidMappings is not implemented
            """)
    void whatIsNotImplementedIsRefusedByItsPath(String inProcess, String inLinux, String atTop, String message) {
        String linux = inLinux.startsWith("\"namespaces\"") ? "" : inLinux;
        String json = linux.equals(inLinux)
                ? MINIMAL.formatted(comma(inProcess), comma(linux), comma(atTop))
                : MINIMAL.formatted("", "", "").replace("\"namespaces\": [{\"type\": \"mount\"}]", inLinux);
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> Spec.parse(Path.of("/"), json.getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining(message);
    }

    @Test
    void whatAsksForNothingIsAccepted() {
        Spec spec = parse(
                "\"scheduler\": null, \"selinuxLabel\": \"\"",
                "\"resources\": {\"memory\": {\"limit\": 0}, \"hugepageLimits\": []}, \"mountLabel\": \"\"",
                "\"hooks\": {\"prestart\": []}, \"annotations\": {\"a\": \"b\"}");
        assertThat(spec.annotations()).containsEntry("a", "b");
        assertThat(spec.linux().resources().files()).isEmpty();
    }

    @Test
    void wrongTypesAreToldWithTheirPath() {
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> parse("\"noNewPrivileges\": \"yes\"", "", ""))
                .withMessage("config.json: process.noNewPrivileges must be true or false, not yes");
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(
                        () -> parse("\"rlimits\": [{\"type\": \"RLIMIT_PIZZA\", \"soft\": 1, \"hard\": 1}]", "", ""))
                .withMessageContaining("process.rlimits[0].type RLIMIT_PIZZA");
        assertThatExceptionOfType(OciException.class)
                .isThrownBy(() -> Spec.parse(Path.of("/"), "{\"ociVersion\": \"9\"".getBytes(StandardCharsets.UTF_8)))
                .withMessageContaining("not valid JSON");
    }

    @Test
    void unsignedWordsKeepTheirBits() {
        Spec spec = parse(
                "\"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"soft\": 18446744073709551615, \"hard\": 18446744073709551615}]",
                "",
                "");
        assertThat(spec.process().rlimits().get(ResourceLimit.RLIMIT_CORE))
                .isEqualTo(new ResourceLimit.Range(ResourceLimit.UNLIMITED, ResourceLimit.UNLIMITED));
    }
}
