package dev.cntr.fuse;

import dev.cntr.fuse.passthrough.DataPath;
import dev.cntr.fuse.passthrough.Tree;
import dev.cntr.fuse.session.FuseException;
import dev.cntr.fuse.session.Negotiation;
import dev.cntr.fuse.session.Session;
import dev.cntr.fuse.session.Superblock;
import dev.cntr.fuse.wire.InitFlag;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.mount.Mount;
import java.util.EnumSet;
import java.util.Set;

/**
 * A tree of this machine that is being served as a FUSE file system. Its mount is attached nowhere; what is handed out are
 * clones. When it is closed, or the JVM ends, every use of the tree fails at once: with ECONNABORTED what was waiting for an
 * answer, with ENOTCONN what comes later.
 */
public final class PassthroughMount implements ServedTree {
    private static final int MAX_WRITE = 1 << 20;

    private static final Set<InitFlag> WANTED = EnumSet.of(
            InitFlag.FUSE_ASYNC_READ,
            InitFlag.FUSE_ATOMIC_O_TRUNC,
            InitFlag.FUSE_BIG_WRITES,
            InitFlag.FUSE_DONT_MASK,
            InitFlag.FUSE_AUTO_INVAL_DATA,
            InitFlag.FUSE_DO_READDIRPLUS,
            InitFlag.FUSE_ASYNC_DIO,
            InitFlag.FUSE_PARALLEL_DIROPS,
            InitFlag.FUSE_POSIX_ACL,
            InitFlag.FUSE_ABORT_ERROR,
            InitFlag.FUSE_MAX_PAGES,
            InitFlag.FUSE_CACHE_SYMLINKS,
            InitFlag.FUSE_NO_OPENDIR_SUPPORT,
            InitFlag.FUSE_HANDLE_KILLPRIV_V2,
            InitFlag.FUSE_SETXATTR_EXT,
            InitFlag.FUSE_INIT_EXT,
            InitFlag.FUSE_CREATE_SUPP_GROUP,
            InitFlag.FUSE_PASSTHROUGH,
            InitFlag.FUSE_NO_EXPORT_SUPPORT,
            InitFlag.FUSE_ALLOW_IDMAP);

    private final Session session;
    private final Tree tree;
    private final CloneSource clones;

    private PassthroughMount(Session session, Tree tree) {
        this.session = session;
        this.tree = tree;
        this.clones = new CloneSource(session.mount(), Mount.Extent.ONE);
    }

    /**
     * Starts serving a tree. Needs CAP_SYS_ADMIN and /dev/fuse; the answer to the first request is ready when this returns.
     *
     * @throws FuseException when it cannot be served
     */
    public static PassthroughMount serve(TreeOptions options) {
        PassthroughMount mount = serve(options, wanted(options));
        DataPath path = mount.tree.dataPath();
        if (path.isPassthrough() || !options.cachesWrites()) {
            return mount;
        }
        // the kernel has either, and is asked before it is known which
        mount.close();
        Set<InitFlag> without = wanted(options);
        without.remove(InitFlag.FUSE_PASSTHROUGH);
        without.add(InitFlag.FUSE_WRITEBACK_CACHE);
        PassthroughMount writeback = serve(options, without);
        writeback.tree.dataPath().insteadOf(path.reason());
        return writeback;
    }

    private static PassthroughMount serve(TreeOptions options, Set<InitFlag> wanted) {
        Fd root = open(options);
        Session session;
        try {
            Superblock superblock = new Superblock(options.name(), options.readOnly(), options.seLinuxContext());
            Negotiation.Wishes wishes = new Negotiation.Wishes(wanted, MAX_WRITE, options.maxStackDepth());
            session = Session.open(superblock, wishes, options.threads());
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
        try {
            Set<String> hidden = new Masked(options.masked()).withoutLinks(root);
            Tree tree = new Tree(session, root, options.timeouts(), options.unchanging(), hidden);
            session.serve(options.name(), kernel -> tree.forThread(kernel, options.owner()), tree::close);
            return new PassthroughMount(session, tree);
        } catch (RuntimeException e) {
            session.close();
            root.close();
            throw e;
        }
    }

    private static Set<InitFlag> wanted(TreeOptions options) {
        Set<InitFlag> wanted = EnumSet.copyOf(WANTED);
        if (options.sharesLocks()) {
            wanted.add(InitFlag.FUSE_POSIX_LOCKS);
            wanted.add(InitFlag.FUSE_FLOCK_LOCKS);
        }
        return wanted;
    }

    private static Fd open(TreeOptions options) {
        try {
            return options.source().open();
        } catch (ErrnoException e) {
            throw new FuseException(
                    "cannot open the tree to serve: " + e.getMessage() + "; name a directory that exists", e);
        }
    }

    @Override
    public Fd cloneMount() {
        return clones.cloneMount();
    }

    @Override
    public Fd cloneMount(Fd userNamespace) {
        return clones.cloneMount(userNamespace);
    }

    /** Whether requests are answered: until {@link #close}, or until somebody else aborts the connection. */
    @Override
    public boolean isServing() {
        return session.isServing();
    }

    @Override
    public MountReport report() {
        return new MountReport(
                session.connection(),
                session.negotiation(),
                tree.dataPath(),
                clones.way(),
                tree.nodes(),
                session.counts());
    }

    /** Aborts the connection, ends the threads, and frees everything. Attached clones stay, and answer ENOTCONN. */
    @Override
    public void close() {
        session.close();
        clones.close();
    }
}
