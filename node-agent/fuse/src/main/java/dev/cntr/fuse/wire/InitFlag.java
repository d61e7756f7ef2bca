package dev.cntr.fuse.wire;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;

/**
 * A feature that kernel and server agree on at {@link Opcode#INIT}, under the name of {@code uapi/linux/fuse.h}; what each
 * does is told there.
 */
public enum InitFlag {
    FUSE_ASYNC_READ(0),
    FUSE_POSIX_LOCKS(1),
    FUSE_FILE_OPS(2),
    FUSE_ATOMIC_O_TRUNC(3),
    FUSE_EXPORT_SUPPORT(4),
    FUSE_BIG_WRITES(5),
    FUSE_DONT_MASK(6),
    FUSE_SPLICE_WRITE(7),
    FUSE_SPLICE_MOVE(8),
    FUSE_SPLICE_READ(9),
    FUSE_FLOCK_LOCKS(10),
    FUSE_HAS_IOCTL_DIR(11),
    FUSE_AUTO_INVAL_DATA(12),
    FUSE_DO_READDIRPLUS(13),
    FUSE_READDIRPLUS_AUTO(14),
    FUSE_ASYNC_DIO(15),
    FUSE_WRITEBACK_CACHE(16),
    FUSE_NO_OPEN_SUPPORT(17),
    FUSE_PARALLEL_DIROPS(18),
    FUSE_HANDLE_KILLPRIV(19),
    FUSE_POSIX_ACL(20),
    FUSE_ABORT_ERROR(21),
    FUSE_MAX_PAGES(22),
    FUSE_CACHE_SYMLINKS(23),
    FUSE_NO_OPENDIR_SUPPORT(24),
    FUSE_EXPLICIT_INVAL_DATA(25),
    FUSE_MAP_ALIGNMENT(26),
    FUSE_SUBMOUNTS(27),
    FUSE_HANDLE_KILLPRIV_V2(28),
    FUSE_SETXATTR_EXT(29),
    FUSE_INIT_EXT(30),
    FUSE_SECURITY_CTX(32),
    FUSE_HAS_INODE_DAX(33),
    FUSE_CREATE_SUPP_GROUP(34),
    FUSE_HAS_EXPIRE_ONLY(35),
    FUSE_DIRECT_IO_ALLOW_MMAP(36),
    FUSE_PASSTHROUGH(37),
    FUSE_NO_EXPORT_SUPPORT(38),
    FUSE_HAS_RESEND(39),
    FUSE_ALLOW_IDMAP(40),
    FUSE_OVER_IO_URING(41),
    FUSE_REQUEST_TIMEOUT(42);

    private final long bit;

    InitFlag(int position) {
        this.bit = 1L << position;
    }

    /** The flags as one word: the low half goes to {@code flags}, the high half to {@code flags2}. */
    public static long bits(Collection<InitFlag> flags) {
        long bits = 0;
        for (InitFlag f : flags) {
            bits |= f.bit;
        }
        return bits;
    }

    /** The flags of a word; bits that no flag has are left out. */
    public static Set<InitFlag> of(long bits) {
        Set<InitFlag> flags = EnumSet.noneOf(InitFlag.class);
        for (InitFlag f : values()) {
            if ((bits & f.bit) != 0) {
                flags.add(f);
            }
        }
        return flags;
    }
}
