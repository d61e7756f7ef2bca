package dev.cntr.fuse.differential;

import dev.cntr.linux.At;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/** One of the two trees: where calls are made, and the files that they have opened there. */
final class Side implements AutoCloseable {
    static final int SLOTS = 5;

    private static final int NONE = -1;
    private static final int MOST_BYTES = 64 << 10;

    private final Fd root;
    private final int[] slots = new int[SLOTS];
    private final boolean[] openedSetId = new boolean[SLOTS];

    Side(Path root) {
        this.root = Fd.open(root.toString(), OpenFlag.O_RDONLY, OpenFlag.O_DIRECTORY);
        Arrays.fill(slots, NONE);
    }

    /** The descriptor of its root, for {@code *at} calls. */
    int root() {
        return root.number();
    }

    /**
     * A path in native memory. Names are bytes: each character is one. These are calls by root on a machine in use: a path or a link
     * that could lead out of the tree is a fault of this program, and not to be tried.
     */
    static long path(Scratch s, String path) {
        if (path.startsWith("/") || List.of(path.split("/", 0)).contains("..")) {
            throw new IllegalArgumentException("'" + path + "' could lead out of the tree");
        }
        return s.bytes(path.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String name(long address) {
        byte[] bytes = Memory.bytes(address, (int) Memory.stringLength(address));
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** For calls that know paths only: through the magic link of an O_PATH descriptor, as {@code fd/NUMBER} of /proc/self. */
    Outcome onOpened(String path, boolean follow, ToLongFunction<String> call) {
        try (Scratch s = new Scratch()) {
            Kernel kernel = Kernel.current();
            int flags = OpenFlag.bits(OpenFlag.O_PATH) | (follow ? 0 : OpenFlag.bits(OpenFlag.O_NOFOLLOW));
            long fd = kernel.call(Syscall.OPENAT, root(), path(s, path), flags);
            if (fd < 0) {
                return Outcome.of(fd);
            }
            long r = call.applyAsLong("/proc/self/fd/" + fd);
            kernel.call(Syscall.CLOSE, fd);
            return Outcome.of(r);
        }
    }

    /** Puts an open file into a slot, whose former file is closed. */
    Outcome opened(int slot, long fd) {
        close(slot);
        slots[slot] = fd < 0 ? NONE : (int) fd;
        openedSetId[slot] = fd >= 0 && Status.isSetId((int) fd);
        return Outcome.ofDescriptor(fd);
    }

    boolean isOpen(int slot) {
        return slots[slot] != NONE;
    }

    int fd(int slot) {
        return slots[slot];
    }

    /** A call on the file in a slot. */
    Outcome on(int slot, ToLongFunction<Integer> call) {
        return isOpen(slot) ? Outcome.of(call.applyAsLong(slots[slot])) : Outcome.NOTHING_OPEN;
    }

    /**
     * A call that changes the data of the file in a slot. Not made by root where set-id bits would go that stay natively: those given since
     * the file was opened, which a write that the kernel passes through takes, and those of a file with capabilities, which the kernel
     * has to go together.
     */
    Outcome changing(int slot, ToLongFunction<Integer> call) {
        boolean asRoot = Kernel.current().call(Syscall.GETEUID) == 0;
        if (isOpen(slot) && asRoot && Status.isSetId(slots[slot])) {
            boolean capable = Status.xattrs("/proc/self/fd/" + slots[slot]).containsKey("security.capability");
            if (capable || !openedSetId[slot]) {
                return new Outcome("set-id bits in doubt", "");
            }
        }
        return on(slot, call);
    }

    /** A call that fills a buffer, the length of which it returns. */
    Outcome reading(int slot, int length, BufferCall call) {
        if (!isOpen(slot)) {
            return Outcome.NOTHING_OPEN;
        }
        try (Scratch s = new Scratch()) {
            long buffer = s.allocate(MOST_BYTES);
            long r = call.call(slots[slot], buffer, Math.min(length, MOST_BYTES));
            return Outcome.of(r, r < 0 ? "" : Integer.toHexString(Arrays.hashCode(Memory.bytes(buffer, (int) r))));
        }
    }

    interface BufferCall {
        long call(int fd, long buffer, int length);
    }

    void close(int slot) {
        if (isOpen(slot)) {
            Kernel.current().call(Syscall.CLOSE, slots[slot]);
            slots[slot] = NONE;
        }
    }

    @Override
    public void close() {
        for (int slot = 0; slot < SLOTS; slot++) {
            close(slot);
        }
        root.close();
    }

    /** Of {@code *at} calls: whether a symbolic link at the end of a path is followed. */
    static int follow(boolean follow) {
        return follow ? 0 : At.SYMLINK_NOFOLLOW;
    }
}
