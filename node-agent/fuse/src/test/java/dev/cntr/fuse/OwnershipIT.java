package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whose things are, who may do what, and with which mode something is made: as without the mount. */
@ExtendWith(PrivateNamespace.class)
class OwnershipIT {
    @TempDir
    Path temporary;

    private Mounted mounted;

    @BeforeEach
    void mount() throws IOException {
        mounted = Mounted.host(temporary);
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void unmount() {
        mounted.close();
    }

    private void expect(String expectation, String python) throws IOException {
        assertThat(mounted.natively(python)).as("natively").isEqualTo(expectation);
        assertThat(mounted.throughFuse(python)).as("through FUSE").isEqualTo(expectation);
    }

    @Test
    void whatAnotherUserMakesIsHis() throws IOException {
        expect("[(1000, 2000), (1000, 2000), (1000, 2000), (1000, 2000), (1000, 2000)] [(0, 0)]", """
                def make():
                    put('f'); os.mkdir('d'); os.symlink('x', 'l'); os.mkfifo('p')
                    os.link('/proc/self/fd/%d' % os.open('.', os.O_TMPFILE | os.O_RDWR), 't') if 0 else put('t')
                    return [(s.st_uid, s.st_gid) for s in map(os.lstat, 'fdlpt')]
                print(as_user(1000, 2000, [], make), end=' ')
                put('root'); s = os.stat('root'); print([(s.st_uid, s.st_gid)])
                """);
    }

    @Test
    void permissionsHold() throws IOException {
        expect("EACCES EACCES EACCES EPERM EACCES b'x'", """
                put('f', b'x'); os.chmod('f', 0o600); os.mkdir('d', 0o700); put('r', b'x'); os.mkdir('w', 0o755)
                print(*[as_user(1000, 1000, [], f) for f in (
                    lambda: get('f'), lambda: os.listdir('d'), lambda: put('w/new'), lambda: os.chmod('r', 0), lambda: put('r', b'y'), lambda: get('r'))])
                """);
    }

    @Test
    void supplementaryGroupsCount() throws IOException {
        expect("(1000, 1000, '0o100644') (1000, 3000, '0o100644') (1000, 3000, '0o102755') EACCES", """
                def made(d, bits=0o644):
                    os.umask(0); os.close(os.open(d + '/f%o' % bits, os.O_CREAT | os.O_EXCL | os.O_WRONLY, bits)); s = os.stat(d + '/f%o' % bits)
                    return (s.st_uid, s.st_gid, oct(s.st_mode))
                os.mkdir('d'); os.chown('d', 0, 3000); os.chmod('d', 0o770); os.mkdir('g'); os.chown('g', 0, 3000); os.chmod('g', 0o2770)
                print(as_user(1000, 1000, [3000], lambda: made('d')), as_user(1000, 1000, [3000], lambda: made('g')),
                      as_user(1000, 1000, [3000], lambda: made('g', 0o2755)), as_user(1000, 1000, [], lambda: made('d')))
                """);
    }

    @Test
    void umaskAndDefaultAcl() throws IOException {
        expect("0o100640 0o40750 0o100660 0o40770", """
                os.umask(0o027); put('f'); os.mkdir('d'); os.chmod('f', os.stat('f').st_mode & 0o7777)
                os.mkdir('acl'); entry = lambda tag, perm, id=0xffffffff: struct.pack('<HHI', tag, perm, id)
                os.setxattr('acl', 'system.posix_acl_default', struct.pack('<I', 2) + entry(1, 7) + entry(2, 7, 1000) + entry(4, 7) + entry(16, 7) + entry(32, 0))
                put('acl/f'); os.mkdir('acl/d'); print(mode('f'), mode('d'), mode('acl/f'), mode('acl/d'))
                """);
    }

    @Test
    void accessAclIsObeyed() throws IOException {
        expect("EACCES b'x' EACCES", """
                put('f', b'x'); os.chmod('f', 0o600); entry = lambda tag, perm, id=0xffffffff: struct.pack('<HHI', tag, perm, id)
                print(as_user(1000, 1000, [], lambda: get('f')), end=' ')
                os.setxattr('f', 'system.posix_acl_access', struct.pack('<I', 2) + entry(1, 6) + entry(2, 4, 1000) + entry(4, 0) + entry(16, 4) + entry(32, 0))
                print(as_user(1000, 1000, [], lambda: get('f')), as_user(1001, 1001, [], lambda: get('f')))
                """);
    }

    @Test
    void stickyDirectoriesAndForeignOwners() throws IOException {
        expect("EPERM EPERM EPERM 0", """
                os.mkdir('s'); os.chmod('s', 0o1777); put('s/f'); r = lambda f: as_user(1000, 1000, [], f)
                print(r(lambda: os.unlink('s/f')), r(lambda: os.rename('s/f', 's/g')), r(lambda: os.chown('s/f', 1000, 1000)), r(lambda: put('s/own') or 0))
                """);
    }

    @Test
    void ordinaryUserMakesNoDevice() throws IOException {
        expect(
                "EPERM",
                "print(as_user(1000, 1000, [], lambda: os.mknod('c', stat.S_IFCHR | 0o600, os.makedev(1, 3))))");
    }

    @Test
    void setIdProgramsRunWithoutTheirId() throws IOException {
        assertThat(mounted.throughFuse("""
                subprocess.check_call('cp $(command -v id) id', shell=True); os.chmod('id', 0o4755)
                print(as_user(1000, 1000, [], lambda: subprocess.check_output(['./id', '-u'])))
                """)).isEqualTo("b'1000\\n'");
    }

    /** A target in a user namespace: what its users make belongs to the ids that they have there. */
    @Test
    void idmappedMountShiftsOwners() throws IOException {
        Path point = Files.createDirectories(temporary.resolve("idmapped"));
        try (UserNamespace process = UserNamespace.start()) {
            try (Fd namespace = process.open();
                    Fd clone = mounted.mount().cloneMount(namespace)) {
                Mount.of(clone).attach(point.toString());
            }
            Files.writeString(mounted.backing().resolve("outside"), "x");
            Files.setPosixFilePermissions(mounted.backing(), PosixFilePermissions.fromString("rwxrwxrwx"));

            assertThat(Python.run(point, """
                    print(os.stat('outside').st_uid, as_user(100005, 100006, [], lambda: put('inside', b'x') or os.stat('inside').st_uid), get('inside'))
                    """)).isEqualTo("100000 100005 b'x'");
            assertThat(Files.getAttribute(mounted.backing().resolve("inside"), "unix:uid"))
                    .isEqualTo(5);
            assertThat(Files.getAttribute(mounted.backing().resolve("inside"), "unix:gid"))
                    .isEqualTo(6);
            Mount.unmount(point.toString());
        }
    }
}
