package dev.cntr.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** No byte and no name gets lost, on both data paths. */
@ParameterizedClass
@ValueSource(ints = {2, 3})
@ExtendWith(PrivateNamespace.class)
class IntegrityIT {
    private final int maxStackDepth;

    @TempDir
    Path temporary;

    private Mounted mounted;

    IntegrityIT(int maxStackDepth) {
        this.maxStackDepth = maxStackDepth;
    }

    @BeforeEach
    void mount() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        mounted = Mounted.of(TreeOptions.host(backing).withMaxStackDepth(maxStackDepth), temporary);
    }

    @AfterEach
    void unmount() {
        mounted.close();
    }

    /**
     * The same random operations on two trees: every result, and at the end every file, is the same. A failure prints
     * the seed and the operation.
     */
    @Test
    void randomOperationsGiveWhatTheyGiveNatively() throws IOException {
        String program = """
                import random
                seed = %d; rnd = random.Random(seed); log = []; names = ['a', 'b', 'c', 'd/a', 'd/b', 'd/e/a', 'd/e', 'd', 'f']
                fds = []
                def op():
                    n, m = rnd.choice(names), rnd.choice(names); k = rnd.randrange(20); data = rnd.randbytes(rnd.randrange(1, 20000)); at = rnd.randrange(30000)
                    if k == 0: return os.mkdir(n)
                    if k == 1: return os.rmdir(n)
                    if k == 2: return os.unlink(n)
                    if k == 3: return os.rename(n, m)
                    if k == 4: return os.link(n, m)
                    if k == 5: return os.symlink(m, n)
                    if k == 6: return os.truncate(n, at)
                    if k == 7: return os.chmod(n, rnd.choice([0o600, 0o644, 0o755, 0o4755]))
                    if k == 8: return sorted(os.listdir(n))
                    if k == 9: return os.utime(n, ns=(at, at))
                    if k == 10: return os.setxattr(n, 'user.x', data[:20])
                    if k == 11: return os.getxattr(n, 'user.x')
                    if k == 12: fds.append(os.open(n, rnd.choice([os.O_RDONLY, os.O_RDWR, os.O_RDWR | os.O_CREAT, os.O_RDWR | os.O_TRUNC, os.O_RDWR | os.O_CREAT | os.O_EXCL, os.O_WRONLY | os.O_APPEND]))); return
                    if k == 13 and fds: return os.close(fds.pop(rnd.randrange(len(fds))))
                    if k == 14: s = os.lstat(n); return (oct(s.st_mode), 0 if stat.S_ISDIR(s.st_mode) else s.st_size, s.st_nlink)
                    if k in (15, 16) and fds: return os.pwrite(rnd.choice(fds), data, at)
                    if k in (17, 18) and fds: return hashlib.sha256(os.pread(rnd.choice(fds), 30000, at)).hexdigest()
                    if k == 19 and fds: s = os.fstat(rnd.choice(fds)); return (oct(s.st_mode), 0 if stat.S_ISDIR(s.st_mode) else s.st_size, s.st_nlink)
                for i in range(2500): log.append('%%d %%r' %% (i, attempt(op)))
                for root, d, f in sorted(os.walk('.')):
                    for x in sorted(f): p = root + '/' + x; log.append(p + ' ' + (os.readlink(p) if os.path.islink(p) else hashlib.sha256(get(p)).hexdigest()) + mode(p))
                print('\\n'.join(log))
                """;
        for (int seed = 1; seed <= 4; seed++) {
            String p = program.formatted(seed);
            assertThat(mounted.throughFuse(p)).as("seed " + seed).isEqualTo(mounted.natively(p));
        }
    }

    @Test
    void largeFilesAreCopiedWhole() throws IOException {
        assertThat(mounted.throughFuse("""
                h = hashlib.sha256(); fd = os.open('a', os.O_CREAT | os.O_WRONLY)
                for i in range(64): b = os.urandom(1 << 20); h.update(b); os.write(fd, b)
                os.close(fd); subprocess.check_call('cat a > b && cp --reflink=never b c && dd if=c of=d bs=7777 status=none', shell=True)
                print({hashlib.sha256(get(f)).hexdigest() for f in 'abcd'} == {h.hexdigest()})
                """)).isEqualTo("True");
    }

    @Test
    void archiveGoesInAndOutUnchanged() throws IOException {
        assertThat(mounted.throughFuse("""
                subprocess.check_call('cd /usr/lib/python3 2>/dev/null || cd /usr/share/doc; tar cf /dev/stdout . | tee "$OLDPWD/in.tar" | tar xf - -C "$OLDPWD" --one-top-level=x', shell=True)
                print(subprocess.call('tar df in.tar -C x', shell=True), len(os.listdir('x')) > 0)
                """)).isEqualTo("0 True");
    }

    @Test
    void parallelWritersOfOneDirectory() throws IOException {
        assertThat(mounted.throughFuse("""
                for p in range(4):
                    if os.fork() == 0:
                        for i in range(300):
                            put('%d-%d' % (p, i), b'%d' % i * 50); os.rename('%d-%d' % (p, i), 'r%d-%d' % (p, i))
                            if i % 3 == 0: os.unlink('r%d-%d' % (p, i))
                        os._exit(0)
                for p in range(4): os.wait()
                print(len(os.listdir('.')), all(get('r%d-%d' % (p, i)) == b'%d' % i * 50 for p in range(4) for i in range(300) if i % 3))
                """)).isEqualTo("800 True");
    }
}
