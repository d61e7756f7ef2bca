package dev.cntr.fuse.differential;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.OpenFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Makes sequences of calls: the same of the same seed. There are so few names, slots and ids that calls meet each other's
 * work more often than not.
 */
final class Generator {
    private static final String[] NAMES = {"a", "b", "c", "d", "e", "\u00ff\u00fe"};
    private static final String LONG_NAME = "n".repeat(255);
    private static final int O_TMPFILE = 0x400000 | OpenFlag.O_DIRECTORY.bits(Architecture.current());
    private static final int[] MODES = {0, 0600, 0644, 0666, 0755, 0777, 02755, 04755, 06777, 01777, 0111, 0400, 0200};
    private static final int[] IDS = {-1, 0, 1000, 1001, 3000, 77777};
    private static final int MOST_OFFSET = 40_000;
    private static final int MOST_LENGTH = 9_000;
    private static final long UTIME_NOW = 0x3fffffff;
    private static final long UTIME_OMIT = 0x3ffffffe;

    /** {@code struct posix_acl_xattr_header} and entries: u::rw-,u:1000:rwx,g::r--,m::rwx,o::---, and one without users. */
    private static final String ACL_FOR_ALICE = "02000000" + "01000600ffffffff" + "02000700e8030000"
            + "04000400ffffffff" + "10000700ffffffff" + "20000000ffffffff";

    private static final String PLAIN_ACL = "02000000" + "01000700ffffffff" + "04000500ffffffff" + "20000100ffffffff";

    /** {@code struct vfs_cap_data}, revision 2: CAP_NET_BIND_SERVICE, permitted. */
    private static final String CAPABILITY = "0000000200040000000000000000000000000000";

    private static final String[] XATTRS = {
        "user.a", "user.b", "trusted.t", "security.capability", "system.posix_acl_access", "system.posix_acl_default"
    };

    private final Random random;
    private final List<Supplier<Operation>> kinds = new ArrayList<>();

    Generator(long seed) {
        random = new Random(seed);
        add(12, this::open);
        add(3, () -> new FileOperation.Close(slot()));
        add(2, this::tmpfile);
        add(2, () -> new FileOperation.LinkOpen(slot(), path(), random.nextBoolean()));
        add(4, () -> new FileOperation.Read(slot(), 1 + length()));
        add(4, () -> new FileOperation.ReadAt(slot(), offset(), 1 + length()));
        add(6, () -> new FileOperation.Write(slot(), length(), random.nextInt(1, 128)));
        add(6, () -> new FileOperation.WriteAt(slot(), offset(), length(), random.nextInt(1, 128)));
        add(3, () -> new FileOperation.Ftruncate(slot(), offset()));
        add(4, () -> new FileOperation.Fallocate(slot(), of(0, 1, 3), offset(), length()));
        add(4, () -> new FileOperation.Seek(slot(), offset(), random.nextInt(6)));
        add(4, () -> new FileOperation.CopyRange(slot(), offset(), slot(), offset(), length()));
        add(2, () -> new FileOperation.Flock(slot(), of(1, 2, 8)));
        add(1, () -> new FileOperation.Fsync(slot()));
        add(2, () -> new FileOperation.Fchmod(slot(), of(MODES)));
        add(2, this::fchown);
        add(4, () -> new FileOperation.Fstat(slot()));
        add(8, () -> new NameOperation.Mkdir(path(), of(MODES)));
        add(3, () -> new NameOperation.Mknod(path(), of(0x1000, 0x2000, 0x8000, 0xc000) | of(MODES), of(0, 259)));
        add(4, () -> new NameOperation.Symlink(path(), path()));
        add(2, () -> new NameOperation.Readlink(path()));
        add(5, () -> new NameOperation.Link(path(), path(), random.nextBoolean()));
        add(10, () -> new NameOperation.Rename(path(), path(), of(0, 0, 0, 1, 2, 2, 4)));
        add(5, () -> new NameOperation.Unlink(path()));
        add(4, () -> new NameOperation.Rmdir(path()));
        add(4, () -> new NameOperation.Readdir(random.nextInt(3) == 0 ? "." : path()));
        add(8, () -> new AttributeOperation.Stat(path(), random.nextBoolean()));
        add(2, () -> new AttributeOperation.Access(path(), random.nextInt(8)));
        add(6, () -> new AttributeOperation.Chmod(path(), of(MODES)));
        add(5, this::chown);
        add(3, () -> new AttributeOperation.Truncate(path(), offset()));
        add(4, this::utimens);
        add(5, this::setXattr);
        add(2, () -> new AttributeOperation.GetXattr(path(), random.nextBoolean(), of(XATTRS), of(0, 2, 4096)));
        add(2, () -> new AttributeOperation.ListXattr(path(), random.nextBoolean()));
        add(2, () -> new AttributeOperation.RemoveXattr(path(), random.nextBoolean(), of(XATTRS)));
    }

    private void add(int weight, Supplier<Operation> kind) {
        for (int i = 0; i < weight; i++) {
            kinds.add(kind);
        }
    }

    /** The next call of the sequence; two of three are root's. */
    Step next() {
        Actor.Identity[] all = Actor.Identity.values();
        Actor.Identity as = all[Math.max(0, random.nextInt(6) - 3)];
        Operation operation = kinds.get(random.nextInt(kinds.size())).get();
        return new Step(isRootsOnly(operation) ? Actor.Identity.ROOT : as, operation);
    }

    /** tmpfs takes the set-gid bit from a file whose ACL is removed by somebody outside its group, of which a server is not told. */
    private static boolean isRootsOnly(Operation operation) {
        return operation instanceof AttributeOperation.RemoveXattr(String _, boolean _, String name)
                && name.equals("system.posix_acl_access");
    }

    /** Not of neither: see {@code Attributes} of the server. */
    private int[] owners() {
        int uid = of(IDS);
        int gid = of(IDS);
        return uid == -1 && gid == -1 ? new int[] {0, -1} : new int[] {uid, gid};
    }

    private Operation chown() {
        int[] owners = owners();
        return new AttributeOperation.Chown(path(), owners[0], owners[1], random.nextBoolean());
    }

    private Operation fchown() {
        int[] owners = owners();
        return new FileOperation.Fchown(slot(), owners[0], owners[1]);
    }

    private int of(int... values) {
        return values[random.nextInt(values.length)];
    }

    private String of(String... values) {
        return values[random.nextInt(values.length)];
    }

    private int slot() {
        return random.nextInt(Side.SLOTS);
    }

    private int offset() {
        return of(0, 0, 4096, random.nextInt(MOST_OFFSET), random.nextInt(100));
    }

    private int length() {
        return of(0, 1, 4096, random.nextInt(MOST_LENGTH), random.nextInt(100));
    }

    /** Relative, so that no call leaves the tree; nor does any name lead up. */
    private String path() {
        if (random.nextInt(100) == 0) {
            return "";
        }
        StringBuilder path = new StringBuilder(name());
        while (random.nextInt(5) < 2 && path.length() < 6) {
            path.append('/').append(name());
        }
        return path.toString();
    }

    private String name() {
        int n = random.nextInt(120);
        return n == 0 ? LONG_NAME : n == 1 ? LONG_NAME + "n" : NAMES[n % NAMES.length];
    }

    private Operation open() {
        int flags = random.nextInt(3);
        for (OpenFlag flag : List.of(
                OpenFlag.O_CREAT,
                OpenFlag.O_CREAT,
                OpenFlag.O_EXCL,
                OpenFlag.O_TRUNC,
                OpenFlag.O_APPEND,
                OpenFlag.O_NOFOLLOW)) {
            if (random.nextInt(3) == 0) {
                flags |= OpenFlag.bits(flag);
            }
        }
        flags |= switch (random.nextInt(12)) {
            case 0 -> OpenFlag.bits(OpenFlag.O_DIRECTORY);
            case 1 -> OpenFlag.bits(OpenFlag.O_PATH);
            default -> 0;
        };
        return new FileOperation.Open(slot(), path(), flags, of(MODES));
    }

    private Operation tmpfile() {
        int flags = O_TMPFILE | of(1, 2, 2 | OpenFlag.bits(OpenFlag.O_EXCL));
        return new FileOperation.Open(slot(), random.nextBoolean() ? "." : path(), flags, of(MODES));
    }

    private Operation utimens() {
        return new AttributeOperation.Utimens(path(), seconds(), nanos(), seconds(), nanos(), random.nextBoolean());
    }

    private long seconds() {
        return random.nextInt(1, 1_000_000);
    }

    private long nanos() {
        return switch (random.nextInt(6)) {
            case 0 -> UTIME_NOW;
            case 1 -> UTIME_OMIT;
            default -> random.nextInt(1_000_000_000);
        };
    }

    private Operation setXattr() {
        String name = of(XATTRS);
        String value = switch (name) {
            case "security.capability" -> CAPABILITY;
            case "system.posix_acl_access", "system.posix_acl_default" -> of(ACL_FOR_ALICE, PLAIN_ACL, "00");
            default -> of("", "61", "6162", "00".repeat(200));
        };
        return new AttributeOperation.SetXattr(path(), random.nextBoolean(), name, value, random.nextInt(3));
    }
}
