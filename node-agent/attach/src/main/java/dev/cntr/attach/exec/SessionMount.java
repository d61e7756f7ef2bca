package dev.cntr.attach.exec;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.mount.FileSystemContext;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.MountAttribute;
import dev.cntr.linux.socket.UnixSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A file system of a few pages that a session has mounted at {@link #DIRECTORY}: the program {@code cntr}, what makes shells
 * find it, and the socket that it connects to. It is read-only, belongs to one session, and goes with it.
 *
 * @param mount attached nowhere until the session is made
 * @param socket on which this program listens
 */
public record SessionMount(Mount mount, Fd socket) implements AutoCloseable {
    /** Where it is in a session; the tools need a directory there. */
    public static final String DIRECTORY = "/var/lib/cntr-session";

    private static final String SOCKET = "socket";
    private static final int BACKLOG = 8;
    private static final int ALL_CONNECT = 0666;
    private static final int ALL_READ = 0444;

    /** How long a forked process may take until it executes its program. */
    private static final Duration FORKED = Duration.ofSeconds(5);

    private static final int ALL_EXECUTE = 0555;

    private static final byte[] PROGRAM = ExecProgram.assemble(Architecture.current(), DIRECTORY + "/" + SOCKET)
            .elf();

    /** For {@code --rcfile} of bash: what a login shell reads, after which PATH is often another one. */
    private static final String BASHRC = """
            # Read by the interactive bash of a session in place of ~/.bashrc: what a login shell reads, and where cntr is.
            [ -r /etc/profile ] && . /etc/profile
            for cntr_file in ~/.bash_profile ~/.bash_login ~/.profile; do
              if [ -r "$cntr_file" ]; then . "$cntr_file"; break; fi
            done
            unset cntr_file
            case :$PATH: in *:@:*) ;; *) PATH=@:$PATH ;; esac
            """.replace("@", DIRECTORY);

    /** For {@code ENV} of other shells, which read it after the files of a login shell. */
    private static final String SHRC = """
            # Read by the interactive shell of a session: where cntr is.
            case :$PATH: in *:@:*) ;; *) PATH=@:$PATH ;; esac
            unset ENV
            """.replace("@", DIRECTORY);

    /**
     * Makes one.
     *
     * @throws ErrnoException where the kernel refuses
     */
    public static SessionMount make() {
        try (FileSystemContext tmpfs = FileSystemContext.open("tmpfs")) {
            tmpfs.set("size", "64k").set("nr_inodes", "8").set("mode", "555");
            Mount mount = tmpfs.mount(MountAttribute.MOUNT_ATTR_NOSUID, MountAttribute.MOUNT_ATTR_NODEV);
            try {
                write(mount.fd(), "cntr", ALL_EXECUTE, PROGRAM);
                write(mount.fd(), "bashrc", ALL_READ, BASHRC.getBytes(StandardCharsets.UTF_8));
                write(mount.fd(), "shrc", ALL_READ, SHRC.getBytes(StandardCharsets.UTF_8));
                Fd socket = UnixSocket.listen(mount.fd(), SOCKET, ALL_CONNECT, BACKLOG);
                makeReadOnly(mount);
                return new SessionMount(mount, socket);
            } catch (RuntimeException e) {
                mount.close();
                throw e;
            }
        }
    }

    /**
     * The files of it are closed, but a process that another thread has just forked has them too, and holds the mount writable (EBUSY),
     * until it executes its program.
     */
    private static void makeReadOnly(Mount mount) {
        long end = System.nanoTime() + FORKED.toNanos();
        while (true) {
            try {
                mount.set(Mount.Extent.ONE, MountAttribute.MOUNT_ATTR_RDONLY);
                return;
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EBUSY || System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static void write(Fd directory, String name, int mode, byte[] content) {
        Kernel kernel = Kernel.current();
        try (Scratch s = new Scratch()) {
            int flags = OpenFlag.bits(OpenFlag.O_CREAT, OpenFlag.O_EXCL, OpenFlag.O_WRONLY, OpenFlag.O_CLOEXEC);
            long opened = kernel.call(Syscall.OPENAT, directory.number(), s.string(name), flags, 0);
            try (Fd file = Fd.of(opened, Syscall.OPENAT, name)) {
                long n = kernel.call(Syscall.WRITE, file.number(), s.bytes(content), content.length);
                if (ErrnoException.check(n, Syscall.WRITE, name) != content.length) {
                    throw new IllegalStateException("the file system of a session is too small for " + name);
                }
                ErrnoException.check(kernel.call(Syscall.FCHMOD, file.number(), mode), Syscall.FCHMOD, name);
            }
        }
    }

    @Override
    public void close() {
        mount.close();
        socket.close();
    }
}
