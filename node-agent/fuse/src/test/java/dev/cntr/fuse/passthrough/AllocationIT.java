package dev.cntr.fuse.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.cntr.fuse.PrivateNamespace;
import dev.cntr.fuse.Python;
import dev.cntr.fuse.session.Negotiation;
import dev.cntr.fuse.session.Session;
import dev.cntr.fuse.session.Superblock;
import dev.cntr.fuse.wire.InitFlag;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.mount.Mount;
import dev.cntr.linux.mount.UmountFlag;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Answering makes no garbage: what is asked about files that are known already is answered without an allocation. */
@ExtendWith(PrivateNamespace.class)
class AllocationIT {
    /** Nothing may be remembered, so that each line is several requests. */
    private static final String ROUNDS = """
            for _ in range(300):
                os.stat('d/f'); os.listdir('d'); [x.stat() for x in os.scandir('d')]; get('d/f'); os.readlink('d/s'); os.statvfs('d')
                attempt(os.stat, 'd/absent'); attempt(os.getxattr, 'd/f', 'user.a'); attempt(os.getxattr, 'd/f', 'user.absent'); os.listxattr('d/f')
                os.utime('d/f'); os.chmod('d/f', 0o600)
                fd = os.open('d/f', os.O_RDWR); os.pwrite(fd, b'y', 0); os.fsync(fd); os.ftruncate(fd, 1); os.close(fd)
            """;

    /** What the JDK itself makes for each downcall that captures errno, where the JIT compiler is C1: a slice of the memory for it. */
    private static final int OF_THE_JDK = 40;

    @TempDir
    Path temporary;

    private final AtomicLong calls = new AtomicLong();

    /** Counts the system calls that the file system makes. */
    private Kernel counting(Kernel kernel) {
        return (call, a, b, c, d, e, f) -> {
            calls.incrementAndGet();
            return kernel.call(call, a, b, c, d, e, f);
        };
    }

    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("fuse-allocation"))
                .mapToLong(t -> threads.getThreadAllocatedBytes(t.threadId()))
                .sum();
    }

    private static long requests(Session session) {
        return session.counts().values().stream().mapToLong(n -> n).sum();
    }

    @Test
    void answeringAllocatesNothing() throws IOException {
        Path backing = Files.createDirectories(temporary.resolve("backing"));
        Path point = Files.createDirectories(temporary.resolve("mount"));
        Path folder = Files.createDirectories(backing.resolve("d"));
        Files.writeString(folder.resolve("f"), "x");
        Files.setAttribute(folder.resolve("f"), "user:a", new byte[] {'a'});
        Files.createSymbolicLink(folder.resolve("s"), Path.of("f"));
        Negotiation.Wishes wishes = new Negotiation.Wishes(
                EnumSet.of(InitFlag.FUSE_INIT_EXT, InitFlag.FUSE_PASSTHROUGH, InitFlag.FUSE_DO_READDIRPLUS),
                1 << 20,
                2);
        try (Session session = Session.open(new Superblock("allocation", false, Optional.empty()), wishes, 1)) {
            Fd root = Fd.open(backing.toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY);
            Timeouts none = new Timeouts(Duration.ZERO, Duration.ZERO, Duration.ZERO);
            Tree tree = new Tree(session, root, none, false, List.of());
            session.serve("allocation", kernel -> tree.forThread(counting(kernel)), tree::close);
            session.mount().attach(point.toString());
            try {
                Python.run(point, ROUNDS);
                long bytes = allocated();
                long requests = requests(session);
                long callsBefore = calls.get();

                Python.run(point, ROUNDS);

                long answered = requests(session) - requests;
                // each request is read, and its reply written
                long made = calls.get() - callsBefore + 2 * answered;
                assertThat(answered).isGreaterThan(5_000);
                assertThat(allocated() - bytes)
                        .as("bytes for " + answered + " requests with " + made + " system calls")
                        .isLessThan(made * OF_THE_JDK + answered);
            } finally {
                Mount.unmount(point.toString(), UmountFlag.MNT_DETACH);
            }
        }
    }
}
