package dev.cntr.linux.cgroup;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The BPF programs of a cgroup of v2, bpf(2). There they do what the devices controller does on v1: a container runtime attaches one that says which devices its
 * container may open. Who is in another cgroup is not bound by it, so whatever is made beside a container needs the same ones.
 */
final class CgroupPrograms {
    private static final int BPF_PROG_ATTACH = 8;
    private static final int BPF_PROG_GET_FD_BY_ID = 13;
    private static final int BPF_PROG_QUERY = 16;
    private static final int BPF_F_ALLOW_MULTI = 2;
    /** The kernel takes no more for one cgroup and type. */
    private static final int MOST = 64;

    private static final int SIZEOF_ATTR = 64;
    private static final int PROG_IDS = 16;
    private static final int PROG_CNT = 24;

    /** {@code enum bpf_attach_type}: all {@code BPF_CGROUP_} of Linux 5.9; BPF_CGROUP_DEVICE is 6. */
    private static final int[] TYPES = IntStream.of(
                    0, 1, 2, 3, 6, 8, 9, 10, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 29, 30, 31, 32, 34)
            .toArray();

    private CgroupPrograms() {}

    /**
     * Attaches the programs of some cgroups to another one, which nobody has joined yet.
     *
     * @throws ErrnoException where one cannot be: nobody may join then
     */
    static void copy(List<Path> from, Path to) {
        try (Fd target = open(to)) {
            for (Path path : from) {
                try (Fd source = open(path)) {
                    for (int type : TYPES) {
                        for (int id : attached(source, path, type)) {
                            attach(id, target, to, type);
                        }
                    }
                }
            }
        }
    }

    private static Fd open(Path directory) {
        return Fd.open(directory.toString(), OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY);
    }

    private static int[] attached(Fd cgroup, Path path, int type) {
        try (Scratch s = new Scratch()) {
            long ids = s.allocate((long) Integer.BYTES * MOST);
            long attr = s.allocate(SIZEOF_ATTR);
            Memory.putInt(attr, cgroup.number());
            Memory.putInt(attr + 4, type);
            Memory.putLong(attr + PROG_IDS, ids);
            Memory.putInt(attr + PROG_CNT, MOST);
            long r = Kernel.current().call(Syscall.BPF, BPF_PROG_QUERY, attr, SIZEOF_ATTR);
            if (r == Errno.EINVAL.negative() || r == Errno.ENOSYS.negative()) {
                return new int[0]; // a kernel without these programs has attached none
            }
            ErrnoException.check(r, Syscall.BPF, "BPF_PROG_QUERY of type " + type + " on " + path);
            return IntStream.range(0, Memory.getInt(attr + PROG_CNT))
                    .map(i -> Memory.getInt(ids + (long) Integer.BYTES * i))
                    .toArray();
        }
    }

    private static void attach(int id, Fd cgroup, Path path, int type) {
        try (Scratch s = new Scratch()) {
            long attr = s.allocate(SIZEOF_ATTR);
            Memory.putInt(attr, id);
            String subject = "program " + id + " of type " + type;
            try (Fd program = Fd.of(
                    Kernel.current().call(Syscall.BPF, BPF_PROG_GET_FD_BY_ID, attr, SIZEOF_ATTR),
                    Syscall.BPF,
                    subject)) {
                long attach = s.allocate(SIZEOF_ATTR);
                Memory.putInt(attach, cgroup.number());
                Memory.putInt(attach + 4, program.number());
                Memory.putInt(attach + 8, type);
                Memory.putInt(attach + 12, BPF_F_ALLOW_MULTI);
                long r = Kernel.current().call(Syscall.BPF, BPF_PROG_ATTACH, attach, SIZEOF_ATTR);
                ErrnoException.check(r, Syscall.BPF, "BPF_PROG_ATTACH of " + subject + " to " + path);
            }
        }
    }
}
