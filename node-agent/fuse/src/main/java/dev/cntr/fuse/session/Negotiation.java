package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.InitFlag;
import dev.cntr.fuse.wire.InitIn;
import dev.cntr.fuse.wire.InitOut;
import java.util.EnumSet;
import java.util.Set;

/**
 * What kernel and server agreed on: the features that the kernel offered, those that the server wanted, and those that
 * both have.
 *
 * @param minor the lower of both sides' minor versions of protocol 7
 * @param maxStackDepth how deeply stacked backing files may be, plus one; 0 without passthrough
 */
public record Negotiation(
        int minor,
        Set<InitFlag> offered,
        Set<InitFlag> wanted,
        Set<InitFlag> granted,
        int maxWrite,
        int maxStackDepth) {
    static final int MAJOR = 7;

    private static final int NEWEST_MINOR = 45;
    /** Linux 5.4: the oldest kernel with all that is written without a look at the version. */
    private static final int OLDEST_MINOR = 31;

    private static final int MAX_BACKGROUND = 64;
    private static final int CONGESTION_THRESHOLD = 48;
    private static final int TIME_GRANULARITY_NANOS = 1;

    /**
     * What a server asks for.
     *
     * @param maxWrite bytes of one WRITE, a multiple of the page size
     * @param maxStackDepth for {@link InitFlag#FUSE_PASSTHROUGH}: 1 for files of ordinary file systems, 2 for those of
     *     overlayfs too; the kernel silently refuses passthrough for more than 2
     */
    public record Wishes(Set<InitFlag> flags, int maxWrite, int maxStackDepth) {}

    /**
     * Reads an INIT request and writes its answer.
     *
     * @throws FuseException when the kernel's protocol is too old or of another major version
     */
    static Negotiation answer(long in, long out, Wishes wishes) {
        int major = InitIn.major(in);
        int minor = InitIn.minor(in);
        if (major != MAJOR || minor < OLDEST_MINOR) {
            throw new FuseException("the kernel speaks version " + major + "." + minor
                    + " of the FUSE protocol, cntr needs 7.31 (Linux 5.4) or later: use the bind provider instead");
        }
        long offered = InitIn.flags(in) & 0xffff_ffffL;
        if (InitFlag.of(offered).contains(InitFlag.FUSE_INIT_EXT)) {
            offered |= (long) InitIn.flags2(in) << 32;
        }
        long granted = offered & InitFlag.bits(wishes.flags());
        Set<InitFlag> both = InitFlag.of(granted);
        int depth = both.contains(InitFlag.FUSE_PASSTHROUGH) ? wishes.maxStackDepth() : 0;
        int agreed = Math.min(minor, NEWEST_MINOR);

        InitOut.clear(out);
        InitOut.major(out, MAJOR);
        InitOut.minor(out, agreed);
        InitOut.maxReadahead(out, InitIn.maxReadahead(in));
        InitOut.flags(out, (int) granted);
        InitOut.flags2(out, (int) (granted >>> 32));
        InitOut.maxBackground(out, MAX_BACKGROUND);
        InitOut.congestionThreshold(out, CONGESTION_THRESHOLD);
        InitOut.maxWrite(out, wishes.maxWrite());
        InitOut.maxPages(out, wishes.maxWrite() / Pages.PAGE);
        InitOut.timeGranularity(out, TIME_GRANULARITY_NANOS);
        InitOut.maxStackDepth(out, depth);
        return new Negotiation(agreed, InitFlag.of(offered), wishes.flags(), both, wishes.maxWrite(), depth);
    }

    public boolean has(InitFlag flag) {
        return granted.contains(flag);
    }

    /** One line for a log: the version, what was granted, and what was wanted in vain. */
    @Override
    public String toString() {
        Set<InitFlag> missing = EnumSet.noneOf(InitFlag.class);
        missing.addAll(wanted);
        missing.removeAll(granted);
        return "FUSE 7." + minor + " granted " + granted + (missing.isEmpty() ? "" : " not offered " + missing)
                + " max_write " + maxWrite + (maxStackDepth == 0 ? "" : " max_stack_depth " + maxStackDepth);
    }
}
