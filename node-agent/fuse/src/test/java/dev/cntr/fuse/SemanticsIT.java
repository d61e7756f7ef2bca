package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What programs see through the mount is what they see without it, on both data paths. Acceptance, section C. */
@ParameterizedClass
@EnumSource
@ExtendWith(PrivateNamespace.class)
class SemanticsIT {
    enum Way {
        PASSTHROUGH(2, false),
        /** The kernel turns passthrough off for a depth that it does not know. */
        CACHED(3, false),
        WRITEBACK(3, true);

        private final int depth;
        private final boolean exclusive;

        Way(int depth, boolean exclusive) {
            this.depth = depth;
            this.exclusive = exclusive;
        }
    }

    private final Way way;

    @TempDir
    Path temporary;

    private Mounted mounted;

    SemanticsIT(Way way) {
        this.way = way;
    }

    @BeforeEach
    void mount() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Files.writeString(backing.resolve("probe"), "a file to try passthrough with");
        TreeOptions options = TreeOptions.host(backing).withMaxStackDepth(way.depth);
        mounted = Mounted.of(way.exclusive ? options.withExclusive() : options, temporary);
    }

    @AfterEach
    void unmount() {
        mounted.close();
    }

    /** Runs the program natively and through FUSE; both must print the expectation. */
    private void expect(String expectation, String python) throws IOException {
        assertThat(mounted.natively(python)).as("natively").isEqualTo(expectation);
        assertThat(mounted.throughFuse(python)).as("through FUSE").isEqualTo(expectation);
    }

    @Test
    void usesTheDataPathAskedFor() throws IOException {
        mounted.throughFuse("put('f', b'x'); print(get('f'))");

        assertThat(mounted.mount().report().way()).isEqualTo(way.name().toLowerCase(Locale.ROOT));
        assertThat(mounted.mount().report().dataPath().refusals()).isEmpty();
    }

    @Test
    void exclusiveCreation() throws IOException {
        expect("EEXIST 0o100600", """
                fd = os.open('a', os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                print(attempt(os.open, 'a', os.O_CREAT | os.O_EXCL | os.O_WRONLY), mode('a'))
                """);
    }

    @Test
    void mktempAndNoclobber() throws IOException {
        expect("0 2", """
                print(subprocess.call('f=$(mktemp ./x.XXXXXX) && echo hi > $f && test -s $f', shell=True),
                      subprocess.call('set -C; echo a > n; echo b > n', shell=True, stderr=subprocess.DEVNULL))
                """);
    }

    @Test
    void appendsFromTwoDescriptorsDoNotOverwrite() throws IOException {
        expect("b'abab' 4", """
                a = os.open('f', os.O_CREAT | os.O_APPEND | os.O_WRONLY); b = os.open('f', os.O_APPEND | os.O_WRONLY)
                for _ in range(2): os.write(a, b'a'); os.write(b, b'b')
                print(get('f'), os.stat('f').st_size)
                """);
    }

    @Test
    void truncatesAtOpenAndByCall() throws IOException {
        expect("0 3 b'abc\\x00\\x00' 0", """
                put('f', b'hello'); fd = os.open('f', os.O_RDWR | os.O_TRUNC); print(os.fstat(fd).st_size, end=' ')
                os.write(fd, b'abcd'); os.truncate('f', 3); print(os.fstat(fd).st_size, end=' ')
                os.ftruncate(fd, 5); print(get('f'), end=' ')
                os.chmod('f', 0); os.ftruncate(fd, 0); print(os.stat('f').st_size)
                """);
    }

    @Test
    void unnamedTemporaryFileIsLinkedLater() throws IOException {
        expect("0 1 b'data' ['named']", """
                fd = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600); os.write(fd, b'data'); print(os.fstat(fd).st_nlink, end=' ')
                assert libc.linkat(-100, b'/proc/self/fd/%d' % fd, -100, b'named', 0x400) == 0, ctypes.get_errno()
                print(os.fstat(fd).st_nlink, get('named'), os.listdir('.'))
                """);
    }

    @Test
    void directIo() throws IOException {
        expect("8192 True", """
                m = mmap.mmap(-1, 8192); m.write(os.urandom(8192))
                fd = os.open('f', os.O_CREAT | os.O_RDWR | os.O_DIRECT); print(os.write(fd, m), end=' ')
                r = mmap.mmap(-1, 8192); os.preadv(fd, [r], 0); print(r[:] == m[:])
                """);
    }

    @Test
    void sharedMappingIsSeenByReadAndTheOtherWayRound() throws IOException {
        expect("b'mapped' b'writte'", """
                put('f', bytes(4096)); fd = os.open('f', os.O_RDWR); m = mmap.mmap(fd, 4096)
                m[0:6] = b'mapped'; print(os.pread(fd, 6, 0), end=' ')
                os.pwrite(fd, b'written', 0); print(m[0:6])
                """);
    }

    @Test
    void renameFlags() throws IOException {
        expect("EEXIST 0 b'b' b'a' -", """
                def rename2(a, b, flags):
                    r = libc.renameat2(-100, a, -100, b, flags)
                    return 0 if r == 0 else errno.errorcode[ctypes.get_errno()]
                put('a', b'a'); put('b', b'b')
                print(rename2(b'a', b'b', 1), rename2(b'a', b'b', 2), get('a'), get('b'), '-')
                """);
    }

    @Test
    void renamedDirectoryKeepsItsChildrenReachable() throws IOException {
        expect("b'1' b'1' ENOENT ['x']", """
                os.makedirs('a/b/c'); put('a/b/c/x', b'1'); fd = os.open('a/b/c', os.O_RDONLY)
                os.rename('a/b', 'z'); print(get('z/c/x'), end=' ')
                print(os.read(os.open('x', os.O_RDONLY, dir_fd=fd), 9), attempt(os.stat, 'a/b/c/x'), os.listdir(fd))
                """);
    }

    @Test
    void extendedAttributesAlsoOfLinksAndCapabilities() throws IOException {
        expect("['user.a'] b'1' ENODATA b'x' True EEXIST", """
                put('f'); os.symlink('f', 'l'); os.setxattr('f', 'user.a', b'1')
                print(os.listxattr('f'), os.getxattr('f', 'user.a'), end=' '); os.removexattr('f', 'user.a')
                print(attempt(os.getxattr, 'f', 'user.a'), end=' ')
                os.setxattr('l', 'trusted.l', b'x', follow_symlinks=False); print(os.getxattr('l', 'trusted.l', follow_symlinks=False), end=' ')
                cap = struct.pack('<IIIII', 0x2000001, 0x400, 0, 0, 0); os.setxattr('f', 'security.capability', cap)
                print(os.getxattr('f', 'security.capability') == cap, attempt(os.setxattr, 'f', 'security.capability', cap, os.XATTR_CREATE))
                """);
    }

    @Test
    void writingTakesFileCapabilitiesAway() throws IOException {
        expect("ENODATA", """
                put('f', b'x'); os.setxattr('f', 'security.capability', struct.pack('<IIIII', 0x2000001, 0x400, 0, 0, 0))
                put('f', b'y', 'r+b'); print(attempt(os.getxattr, 'f', 'security.capability'))
                """);
    }

    @Test
    void setIdBitsGoWhenAnotherWrites() throws IOException {
        expect("0o100777 0o100777 0o100777 0o106777", """
                def other(name, f): os.chmod(name, 0o6777); as_user(1000, 1000, [], f); return mode(name)
                put('w', b'x'); put('t', b'x'); put('o', b'x'); put('root', b'x')
                print(other('w', lambda: os.pwrite(os.open('w', os.O_WRONLY), b'y', 0)),
                      other('t', lambda: os.truncate('t', 0)),
                      other('o', lambda: os.close(os.open('o', os.O_WRONLY | os.O_TRUNC))), end=' ')
                os.chmod('root', 0o6777); put('root', b'y', 'r+b'); print(mode('root'))
                """);
    }

    @Test
    void setIdBitGivenAfterTheOpenGoesToo() throws IOException {
        expect("0o100777", """
                put('f', b'x'); os.chmod('f', 0o777); r, w = os.pipe(); r2, w2 = os.pipe()
                if os.fork() == 0:
                    os.setresuid(1000, 1000, 1000); fd = os.open('f', os.O_WRONLY); os.write(w, b'.'); os.read(r2, 1)
                    os.write(fd, b'y'); os._exit(0)
                os.read(r, 1); os.chmod('f', 0o4777); os.write(w2, b'.'); os.wait(); print(mode('f'))
                """);
    }

    @Test
    void setIdFileIsReadAndWrittenAtOnce() throws IOException {
        expect("b'xy' b'xy' b'z'", """
                put('f', b'xx'); os.chmod('f', 0o4755); r = os.open('f', os.O_RDONLY); w = os.open('f', os.O_RDWR)
                os.pwrite(w, b'y', 1); print(os.pread(r, 9, 0), os.pread(w, 9, 0), end=' ')
                m = mmap.mmap(w, 2); m[0:1] = b'z'; print(os.pread(r, 1, 0))
                """);
    }

    @Test
    void allocatesAndPunchesHoles() throws IOException {
        expect("1048576 True 65536 b'\\x00'", """
                put('f', b'x' * 262144); fd = os.open('f', os.O_RDWR); os.posix_fallocate(fd, 0, 1048576); print(os.fstat(fd).st_size, end=' ')
                before = os.fstat(fd).st_blocks; ctypes.set_errno(0)
                assert libc.fallocate(fd, 3, ctypes.c_long(65536), ctypes.c_long(65536)) == 0, ctypes.get_errno()
                os.fsync(fd); print(os.fstat(fd).st_blocks < before, os.lseek(fd, 0, os.SEEK_HOLE), os.pread(fd, 1, 65536))
                """);
    }

    @Test
    void sparseFiles() throws IOException {
        expect("True 1048576 0 1052672", """
                fd = os.open('f', os.O_CREAT | os.O_RDWR); os.pwrite(fd, b'x' * 4096, 1 << 20); os.fsync(fd)
                print(os.fstat(fd).st_blocks < 64, os.lseek(fd, 0, os.SEEK_DATA), os.lseek(fd, 0, os.SEEK_HOLE), os.lseek(fd, 1 << 20, os.SEEK_HOLE))
                """);
    }

    @Test
    void copiesRangesInTheKernel() throws IOException {
        expect("8388608 True", """
                put('a', os.urandom(8 << 20)); a = os.open('a', os.O_RDONLY); b = os.open('b', os.O_CREAT | os.O_RDWR); n = 0
                while n < 8 << 20: n += os.copy_file_range(a, b, (8 << 20) - n)
                print(n, get('a') == get('b'))
                """);
    }

    @Test
    void locks() throws IOException {
        expect("EAGAIN EAGAIN", """
                put('f'); a = os.open('f', os.O_RDWR); b = os.open('f', os.O_RDWR)
                fcntl.flock(a, fcntl.LOCK_EX); print(attempt(fcntl.flock, b, fcntl.LOCK_EX | fcntl.LOCK_NB), end=' ')
                fcntl.lockf(a, fcntl.LOCK_EX); print(as_user(0, 0, [], lambda: fcntl.lockf(os.open('f', os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)))
                """);
    }

    @Test
    void pipesSocketsAndDevices() throws IOException {
        expect("b'p' b's' 0o10644 0o140755 0o20600 (7, 300)", """
                os.mkfifo('p', 0o644)
                if os.fork() == 0: put('p', b'p'); os._exit(0)
                print(get('p'), end=' '); os.wait()
                s = socket.socket(socket.AF_UNIX); s.bind('s'); s.listen(); c = socket.socket(socket.AF_UNIX); c.connect('s')
                c.send(b's'); print(s.accept()[0].recv(1), end=' ')
                os.mknod('c', stat.S_IFCHR | 0o600, os.makedev(7, 300)); d = os.stat('c').st_rdev
                print(mode('p'), mode('s'), mode('c'), (os.major(d), os.minor(d)))
                """);
    }

    @Test
    void namesThatAreNotUtf8() throws IOException {
        expect("[b'\\xff\\xfe\\x80'] b'1' 255 ENAMETOOLONG", """
                n = b'\\xff\\xfe\\x80'; put(n, b'1'); print(os.listdir(b'.'), get(n), end=' ')
                put(b'n' * 255); print(max(map(len, os.listdir(b'.'))), attempt(put, b'n' * 256))
                """);
    }

    @Test
    void unlinkedOpenFileLivesOn() throws IOException {
        expect("0 b'kept+' 0o100600 [] (0, 0) ENOENT", """
                fd = os.open('f', os.O_CREAT | os.O_RDWR); os.write(fd, b'kept'); path = os.open('f', os.O_PATH); os.unlink('f')
                os.fchmod(fd, 0o600); os.write(fd, b'+'); s = os.fstat(fd)
                print(s.st_nlink, os.pread(fd, 9, 0), oct(s.st_mode), os.listdir('.'), (os.fstat(path).st_nlink, 0), attempt(os.stat, 'f'))
                """);
    }

    /** Neither is open at the server, which has to hold on to them nevertheless. */
    @Test
    void removedNodesLiveOnForWhoHoldsTheirPath() throws IOException {
        expect("0 0 0 True", """
                os.mkfifo('p'); os.mkfifo('q'); os.mkfifo('r'); os.mkdir('d')
                p, r, d = (os.open(n, os.O_PATH) for n in 'prd'); ino = os.fstat(r).st_ino
                os.unlink('p'); os.rename('q', 'r'); os.rmdir('d')
                print(os.fstat(p).st_nlink, os.fstat(r).st_nlink, os.fstat(d).st_nlink, os.fstat(r).st_ino == ino)
                """);
    }

    @Test
    void replacedFileIsKeptForWhoHasItOpen() throws IOException {
        expect("b'old' b'new' 0", """
                put('f', b'old'); fd = os.open('f', os.O_RDONLY); put('g', b'new'); os.rename('g', 'f')
                print(os.read(fd, 9), get('f'), os.fstat(fd).st_nlink)
                """);
    }

    @Test
    void fileSizeLimit() throws IOException {
        expect("4096 EFBIG", """
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
                fd = os.open('f', os.O_CREAT | os.O_WRONLY); print(os.write(fd, bytes(8192)), attempt(os.write, fd, b'x'))
                """);
    }

    @Test
    void hardLinksAreOneInode() throws IOException {
        expect("True 2 True 1 b'2'", """
                put('a', b'1'); os.link('a', 'b'); s = os.stat('a'); print(s.st_ino == os.stat('b').st_ino, os.stat('b').st_nlink, end=' ')
                put('b', b'2'); print(get('a') == b'2', end=' '); os.unlink('a'); print(os.stat('b').st_nlink, get('b'))
                """);
    }

    @Test
    void symbolicLinks() throws IOException {
        expect("target/of 9 ELOOP", """
                os.symlink('target/of', 'l'); os.symlink('loop', 'loop')
                print(os.readlink('l'), os.lstat('l').st_size, attempt(os.stat, 'loop'))
                """);
    }

    @Test
    void timesToTheNanosecond() throws IOException {
        expect("1000000001 2000000002 1000000001 True True", """
                put('f'); os.utime('f', ns=(1000000001, 2000000002)); s = os.stat('f'); print(s.st_atime_ns, s.st_mtime_ns, end=' ')
                libc.utimensat(-100, b'f', struct.pack('<qqqq', 0, 0x3ffffffe, 0, 0x3fffffff), 0); s = os.stat('f')
                print(s.st_atime_ns, abs(s.st_mtime - time.time()) < 5, s.st_ctime_ns > 2000000002)
                """);
    }

    @Test
    void inodeFlags() throws IOException {
        expect("0 128 EPERM 0", """
                fd = os.open('f', os.O_CREAT | os.O_RDWR); b = bytearray(8); NODUMP, IMMUTABLE = 0x40, 0x10
                fcntl.ioctl(fd, 0x80086601, b); print(struct.unpack('<Q', b)[0] & NODUMP, end=' ')
                fcntl.ioctl(fd, 0x40086602, struct.pack('<Q', NODUMP | 0x80 | 0x80000)); fcntl.ioctl(fd, 0x80086601, b); print(struct.unpack('<Q', b)[0] & 0x80, end=' ')
                fcntl.ioctl(fd, 0x40086602, struct.pack('<Q', IMMUTABLE | 0x80000)); print(attempt(os.open, 'f', os.O_WRONLY), end=' ')
                fcntl.ioctl(fd, 0x40086602, struct.pack('<Q', 0x80000)); fcntl.ioctl(fd, 0x80086601, b); print(struct.unpack('<Q', b)[0] & IMMUTABLE)
                """);
    }

    @Test
    void runningProgramIsNotOverwritten() throws IOException {
        expect("ETXTBSY", """
                subprocess.check_call('cp $(command -v sleep) s', shell=True); p = subprocess.Popen(['./s', '9'])
                print(attempt(os.open, 's', os.O_WRONLY)); p.kill(); p.wait()
                """);
    }

    @Test
    void birthTimeIsKnown() throws IOException {
        expect("True", """
                put('f'); print(float(subprocess.check_output(['stat', '-c', '%.9W', 'f'])) > 1e9)
                """);
    }

    @Test
    void fileSystemStatisticsAndSync() throws IOException {
        expect("True 255 0", """
                v = os.statvfs('.'); w = os.statvfs('/'); print((v.f_blocks, v.f_files, v.f_bsize) == (w.f_blocks, w.f_files, w.f_bsize) or v.f_blocks > 0, v.f_namemax, end=' ')
                print(libc.syncfs(os.open('.', os.O_RDONLY)))
                """);
    }

    @Test
    void largeDirectoryIsListedOnceAndCompletely() throws IOException {
        expect("3000 3000 3000", """
                for i in range(3000): put('file-%d%s' % (i, 'x' * (i % 200)))
                a = os.listdir('.'); e = [x.stat().st_size for x in os.scandir('.')]; print(len(a), len(set(a)), len(e))
                """);
    }

    @Test
    void deepTreeIsRemoved() throws IOException {
        expect("[]", """
                for d in range(20): os.makedirs('t/%d/%s' % (d, '/'.join('abcdefghij')));  put('t/%d/a/b/f' % d, b'x')
                subprocess.check_call('find t | wc -l > /dev/null && rm -r t', shell=True); print(os.listdir('.'))
                """);
    }
}
