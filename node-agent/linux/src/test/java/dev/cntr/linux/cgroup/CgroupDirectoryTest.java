package dev.cntr.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.linux.proc.CgroupMembership;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the sibling of a container's cgroup is, on the layouts of the kubelet's drivers. */
class CgroupDirectoryTest {
    private static final String ID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @CsvSource({
        "/kubepods/burstable/pod1/ID, /kubepods/burstable/pod1/own",
        "/kubepods.slice/kubepods-pod1.slice/cri-containerd-ID.scope, /kubepods.slice/kubepods-pod1.slice/own",
        "/kubepods.slice/kubepods-pod1.slice/crio-ID.scope/container, /kubepods.slice/kubepods-pod1.slice/own",
        "/kubepods.slice/kubepods-pod1.slice/cri-containerd-ID.scope/init.scope/a/b, /kubepods.slice/kubepods-pod1.slice/own",
        "/docker/node/kubepods/pod1/ID, /docker/node/kubepods/pod1/own",
        "/somewhere/else, /somewhere/own",
    })
    void theSiblingIsBesideTheContainersNotBesideWhatItMadeBelow(String path, String sibling) {
        CgroupDirectory own = directory(path.replace("ID", ID)).beside(Optional.of(ID), "own");
        assertThat(own.path()).isEqualTo("/sys/fs/cgroup/memory" + sibling);
        assertThat(own.membership().path()).isEqualTo(sibling);
    }

    @Test
    void withoutAContainerItIsBesideTheProcesss() {
        assertThat(directory("/a/b/c")
                        .beside(Optional.empty(), "own")
                        .membership()
                        .path())
                .isEqualTo("/a/b/own");
    }

    @Test
    void theRootHasNoSibling() {
        CgroupDirectory root =
                new CgroupDirectory(new CgroupMembership(4, List.of("memory"), "/"), "/sys/fs/cgroup/memory");
        assertThatThrownBy(() -> root.beside(Optional.empty(), "own"))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("root cgroup of memory");
    }

    private static CgroupDirectory directory(String path) {
        return new CgroupDirectory(new CgroupMembership(4, List.of("memory"), path), "/sys/fs/cgroup/memory" + path);
    }
}
