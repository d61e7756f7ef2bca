package dev.cntr.linux.proc;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FileIdentity;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.ReadFile;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads /proc/PID through one descriptor of that directory, so that all is of one process: when it has ended, every
 * reader throws {@link ErrnoException} with ESRCH or ENOENT, even where its pid is in use again.
 */
public final class ProcessFiles implements AutoCloseable {
    private static final int PATH_MAX = 4096;

    private final String process;
    private final Fd directory;

    private ProcessFiles(String name, Fd directory) {
        this.process = name;
        this.directory = directory;
    }

    /** Opens /proc/PID. */
    public static ProcessFiles open(int pid) {
        return openName(Integer.toString(pid));
    }

    /** Opens those of the calling thread: its namespaces and ids can differ from other threads'. */
    public static ProcessFiles ofCallingThread() {
        return openName("thread-self");
    }

    private static ProcessFiles openName(String name) {

        return new ProcessFiles(name, Fd.open("/proc/" + name, OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY));
    }

    public ProcessStatus status() {
        return ProcessStatus.parse(text("status"));
    }

    public ProcessStat stat() {
        return ProcessStat.parse(text("stat"));
    }

    public List<CgroupMembership> cgroups() {
        return CgroupMembership.parse(text("cgroup"));
    }

    /** The mounts of its namespace below its root. */
    public List<MountInfo> mounts() {
        return MountInfo.parse(text("mountinfo"));
    }

    public Map<ResourceLimit, ResourceLimit.Range> limits() {
        return ResourceLimit.parse(text("limits"));
    }

    public IdMap uidMap() {
        return IdMap.parse(text("uid_map"));
    }

    public IdMap gidMap() {
        return IdMap.parse(text("gid_map"));
    }

    /** Whether its setgroups(2) is forbidden for ever, user_namespaces(7). */
    public boolean setgroupsDenied() {
        return text("setgroups").strip().equals("deny");
    }

    /** From -1000 (never killed for want of memory) to 1000. */
    public int oomScoreAdjustment() {
        return Integer.parseInt(text("oom_score_adj").strip());
    }

    /** The environment it was started with: {@code NAME=value} each, in its order, of any bytes. */
    public List<byte[]> environment() {
        return splitByZero(bytes("environ"));
    }

    /** The arguments it was started with. */
    public List<byte[]> arguments() {
        return splitByZero(bytes("cmdline"));
    }

    /** The context of its security module, as SELinux and AppArmor print it; empty where there is none. */
    public Optional<String> securityLabel() {
        try {
            String label = new String(bytes("attr/current"), StandardCharsets.UTF_8)
                    .replace("\0", "")
                    .strip();
            return label.isEmpty() ? Optional.empty() : Optional.of(label);
        } catch (ErrnoException e) {
            // EINVAL: no module answers; ENOENT: a kernel without any
            if (e.errno() == Errno.EINVAL || e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Which namespace it is in; empty where the kernel has none of that kind. */
    public Optional<FileIdentity> namespace(Namespace kind) {
        try {
            return Optional.of(FileIdentity.of(directory, "ns/" + kind.link()));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT || kind == Namespace.MNT) {
                throw e;
            }
            namespace(Namespace.MNT); // which throws where it is the process that is missing
            return Optional.empty();
        }
    }

    /** A descriptor of its namespace, for setns(2). */
    public Fd openNamespace(Namespace kind) {
        return open("ns/" + kind.link(), OpenFlag.O_RDONLY);
    }

    /** What its link {@code cwd}, {@code root} or {@code exe} says: a path as seen from the reader's root. */
    public String link(String name) {
        try (Scratch s = new Scratch()) {
            long buffer = s.allocate(PATH_MAX);
            long n = Kernel.current().call(Syscall.READLINKAT, directory.number(), s.string(name), buffer, PATH_MAX);
            ErrnoException.check(n, Syscall.READLINKAT, subject(name));
            return new String(Memory.bytes(buffer, (int) n), StandardCharsets.UTF_8);
        }
    }

    /** Opens one of its files or links: {@code root}, {@code cwd}, {@code exe}, ... */
    public Fd open(String name, OpenFlag... flags) {
        try (Scratch s = new Scratch()) {
            int bits = OpenFlag.bits(flags) | OpenFlag.bits(OpenFlag.O_CLOEXEC);
            long r = Kernel.current().call(Syscall.OPENAT, directory.number(), s.string(name), bits);
            return Fd.of(r, Syscall.OPENAT, subject(name));
        }
    }

    private String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private byte[] bytes(String name) {
        try (Fd fd = open(name, OpenFlag.O_RDONLY)) {
            return ReadFile.bytes(fd, subject(name));
        }
    }

    private String subject(String name) {
        return this + "/" + name;
    }

    /** The parts between zeroes; a last part without one counts as well, an empty one after the last zero does not. */
    static List<byte[]> splitByZero(byte[] bytes) {
        List<byte[]> parts = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                parts.add(Arrays.copyOfRange(bytes, from, i));
                from = i + 1;
            }
        }
        if (from < bytes.length) {
            parts.add(Arrays.copyOfRange(bytes, from, bytes.length));
        }
        return parts;
    }

    @Override
    public void close() {
        directory.close();
    }

    @Override
    public String toString() {
        return "/proc/" + process;
    }
}
