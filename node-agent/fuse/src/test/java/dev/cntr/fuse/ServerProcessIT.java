package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.mount.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A server in trouble: killed, or with few descriptors. */
@ExtendWith(PrivateNamespace.class)
class ServerProcessIT {
    @TempDir
    Path temporary;

    private Path backing;
    private Path point;

    @BeforeEach
    void directories() throws IOException {
        backing = Files.createDirectories(temporary.resolve("backing"));
        point = Files.createDirectories(temporary.resolve("mount"));
        Files.writeString(backing.resolve("f"), "content");
    }

    @Test
    void killedServerIsNotConnected() throws IOException {
        try (ServerProcess server = ServerProcess.start(backing, point, 4096)) {
            assertThat(Files.readString(point.resolve("f"))).isEqualTo("content");

            server.kill();

            assertThat(Python.run(temporary, "print(attempt(os.stat, 'mount/f'), attempt(os.listdir, 'mount'))"))
                    .isEqualTo("ENOTCONN ENOTCONN");
            Mount.unmount(point.toString());
        }
        assertThat(Leftovers.mounts()).isZero();
    }

    @Test
    void twentyThousandFilesWithAThousandDescriptors() throws IOException {
        try (ServerProcess server = ServerProcess.start(backing, point, 1024)) {
            assertThat(Python.run(point, """
                    for d in range(20):
                        os.mkdir('d%d' % d)
                        for i in range(1000): os.close(os.open('d%d/%d' % (d, i), os.O_CREAT | os.O_WRONLY))
                    for d in range(20):
                        for i in range(1000): os.setxattr('d%d/%d' % (d, i), 'user.n', b'%d' % i)
                    print(sum(os.getxattr('d%d/%d' % (d, i), 'user.n') == b'%d' % i for d in range(20) for i in range(1000)))
                    subprocess.check_call('rm -r d*', shell=True); print(os.listdir('.'))
                    """)).isEqualTo("20000\n['f']");
            Mount.unmount(point.toString());
            server.kill();
        }
    }
}
