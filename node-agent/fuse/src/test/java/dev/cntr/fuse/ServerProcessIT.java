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

    /** With {@code -Dcntr.fuse.files=1000000} as many as a large machine has. */
    @Test
    void manyFilesWithAThousandDescriptors() throws IOException {
        int files = Integer.getInteger("cntr.fuse.files", 20_000);
        try (ServerProcess server = ServerProcess.start(backing, point, 1024)) {
            String folders = "folders = range(" + files / 1000 + ")\n";
            assertThat(Python.run(point, folders + """
                    for d in folders:
                        os.mkdir('d%d' % d)
                        for i in range(1000): os.close(os.open('d%d/%d' % (d, i), os.O_CREAT | os.O_WRONLY))
                    for d in folders:
                        for i in range(1000): os.setxattr('d%d/%d' % (d, i), 'user.n', b'%d' % i)
                    print(sum(os.getxattr('d%d/%d' % (d, i), 'user.n') == b'%d' % i for d in folders for i in range(1000)))
                    subprocess.check_call('rm -r d*', shell=True); print(os.listdir('.'))
                    """)).isEqualTo(files + "\n['f']");
            Mount.unmount(point.toString());
            server.kill();
        }
    }
}
