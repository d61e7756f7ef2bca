package dev.cntr.fuse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs small Python programs, whose {@code os} module is closer to the system calls than any other tool. */
public final class Python {
    private static final String PRELUDE = """
            import os, sys, errno, fcntl, mmap, signal, socket, stat, struct, subprocess, time, resource, hashlib, ctypes
            libc = ctypes.CDLL(None, use_errno=True)
            def attempt(f, *a, **k):
                try: return f(*a, **k)
                except OSError as e: return errno.errorcode[e.errno]
            def put(name, data=b'', mode='wb'):
                with open(name, mode) as f: f.write(data)
            def get(name):
                with open(name, 'rb') as f: return f.read()
            def mode(name): return oct(os.lstat(name).st_mode)
            def as_user(uid, gid, groups, f):
                r, w = os.pipe()
                if os.fork() == 0:
                    try:
                        os.setgroups(groups); os.setresgid(gid, gid, gid); os.setresuid(uid, uid, uid)
                        os.write(w, repr(attempt(f)).encode())
                    finally: os._exit(0)
                os.close(w); os.wait(); out = os.read(r, 65536).decode(); os.close(r)
                return eval(out)
            os.umask(0o022)
            """;

    private Python() {}

    /** Runs a program in a directory and gives what it prints; fails with its error output if it fails or takes long. */
    public static String run(Path directory, String program) throws IOException {
        Process p = new ProcessBuilder("python3", "-c", PRELUDE + program)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            p.getOutputStream().close();
            String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!p.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("no end after a minute: " + out);
            }
            if (p.exitValue() != 0) {
                throw new AssertionError("exit " + p.exitValue() + ": " + out);
            }
            return out.strip();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        } finally {
            p.destroyForcibly();
        }
    }
}
