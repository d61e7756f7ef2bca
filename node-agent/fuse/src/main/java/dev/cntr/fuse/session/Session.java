package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.InitOut;
import dev.cntr.fuse.wire.Opcode;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.mount.FuseConnections;
import dev.cntr.linux.mount.Mount;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the kernel, from the mount to the abort. {@link #open} makes the mount, which is attached nowhere, and
 * settles the protocol; {@link #serve} starts the threads; {@link #close} aborts the connection, so that whoever waits
 * for an answer gets ECONNABORTED and whoever asks later ENOTCONN.
 */
public final class Session implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Session.class.getName());
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);
    private static final int STACK_BYTES = 512 << 10;

    /** How many threads there can be beside those asked for: so many requests may hang before others wait for them. */
    private static final int MOST_RELIEF = 32;

    private final Mount mount;
    private final long connection;
    private final Negotiation negotiation;
    private final InFlight inFlight;
    private final List<Channel> channels;
    private final int maxWrite;
    private final List<Worker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Readers readers;

    /** Who still uses what the file system holds: the threads, and the session until it is closed. */
    private final AtomicInteger users = new AtomicInteger(1);

    private volatile Runnable atEnd = () -> {};

    private @Nullable Supply supply;

    /** What a thread is made with. */
    private record Supply(String name, FileSystem.Factory factory) {}

    private Session(Mount mount, Negotiation negotiation, List<Channel> channels, int maxWrite) {
        this.mount = mount;
        this.connection = FuseConnections.connectionOf(mount);
        this.negotiation = negotiation;
        this.channels = channels;
        this.maxWrite = maxWrite;
        int most = channels.size() + MOST_RELIEF;
        this.inFlight = new InFlight(most);
        this.readers = new Readers(inFlight, this::startOneMore, channels.size(), most);
    }

    /**
     * Makes a mount and agrees with the kernel. Needs CAP_SYS_ADMIN and /dev/fuse.
     *
     * @param threads how many threads are to serve it, each on a channel of its own
     */
    public static Session open(Superblock superblock, Negotiation.Wishes wishes, int threads) {
        List<Channel> channels = new ArrayList<>();
        try {
            channels.add(new Channel(FuseDevice.open(), wishes.maxWrite()));
            Mount mount = superblock.mount(channels.getFirst().device());
            try {
                Negotiation negotiation = negotiate(channels.getFirst(), wishes);
                for (int i = 1; i < threads; i++) {
                    channels.add(new Channel(channels.getFirst().device().channel(), wishes.maxWrite()));
                }
                return new Session(mount, negotiation, channels, wishes.maxWrite());
            } catch (RuntimeException e) {
                mount.close();
                throw e;
            }
        } catch (ErrnoException e) {
            channels.forEach(Channel::close);
            throw new FuseException(
                    "cannot serve a FUSE file system: " + e.getMessage() + "; it needs CAP_SYS_ADMIN and "
                            + "/dev/fuse",
                    e);
        } catch (RuntimeException e) {
            channels.forEach(Channel::close);
            throw e;
        }
    }

    /** The kernel asks for INIT as soon as there is a superblock, and lets all else wait for the answer. */
    private static Negotiation negotiate(Channel channel, Negotiation.Wishes wishes) {
        Kernel kernel = Kernel.current();
        if (!channel.read(kernel) || channel.opcode() != Opcode.INIT) {
            throw new FuseException("the kernel's first request on a new FUSE connection was not INIT");
        }
        Request request = channel.request(new InFlight(1), 0);
        Reply reply = channel.reply(kernel);
        reply.begin(request.unique());
        Negotiation negotiation = Negotiation.answer(request.body(), reply.body(), wishes);
        reply.send(InitOut.BYTES);
        return negotiation;
    }

    public Negotiation negotiation() {
        return negotiation;
    }

    /** The device, for registering backing files. */
    public FuseDevice device() {
        return channels.getFirst().device();
    }

    /**
     * A way to tell the kernel things unasked, which the caller closes.
     *
     * @throws ErrnoException where there is no descriptor for it
     */
    public Notifier notifier() {
        return new Notifier(device().channel());
    }

    public InFlight inFlight() {
        return inFlight;
    }

    /** The mount, attached nowhere until somebody attaches it; it stays the session's. */
    public Mount mount() {
        return mount;
    }

    /** The connection's number under fusectl. */
    public long connection() {
        return connection;
    }

    /**
     * Starts answering requests.
     *
     * @param atEnd run once when the connection has ended and no thread answers any more: frees what the file system holds
     */
    public synchronized void serve(String name, FileSystem.Factory factory, Runnable atEnd) {
        this.atEnd = atEnd;
        Supply made = new Supply(name, factory);
        supply = made;
        for (Channel channel : channels) {
            start(channel, made);
        }
    }

    /** @throws OutOfMemoryError where the system has no further thread */
    private void start(Channel channel, Supply with) {
        Worker worker = new Worker(this, channel, with.factory(), readers, workers.size());
        Thread thread = Thread.ofPlatform()
                .name("fuse-" + with.name() + "-" + threads.size())
                .daemon()
                .stackSize(STACK_BYTES)
                .unstarted(worker);
        users.incrementAndGet();
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            users.decrementAndGet();
            channel.close();
            throw e;
        }
        workers.add(worker);
        threads.add(thread);
    }

    /** Starts a further thread, since all are held up. False where there can be none. */
    private synchronized boolean startOneMore() {
        Supply with = supply;
        if (with == null || closed.get() || users.get() <= 1) {
            return false;
        }
        String held = "all " + workers.size() + " threads of the FUSE file system " + with.name()
                + " wait for its backing store: ";
        try {
            start(new Channel(device().channel(), maxWrite), with);
        } catch (ErrnoException | OutOfMemoryError e) {
            LOG.log(Level.WARNING, held + "no further one: " + e.getMessage());
            return false;
        }
        boolean last = workers.size() == channels.size() + MOST_RELIEF;
        LOG.log(last ? Level.WARNING : Level.DEBUG, held + (last ? "the last one more" : "one more"));
        return true;
    }

    /** Whether requests are still answered. False after {@link #close}, and when somebody else aborted the connection. */
    public synchronized boolean isServing() {
        return threads.stream().anyMatch(Thread::isAlive);
    }

    /** How many requests have been answered, for each opcode that occurred. */
    public synchronized Map<Opcode, Long> counts() {
        long[] sums = new long[Opcode.values().length];
        workers.forEach(w -> w.addCounts(sums));
        Map<Opcode, Long> counts = new EnumMap<>(Opcode.class);
        for (Opcode o : Opcode.values()) {
            if (sums[o.ordinal()] > 0) {
                counts.put(o, sums[o.ordinal()]);
            }
        }
        return counts;
    }

    /** A thread answers nothing any more. The first channel stays for as long as there are others. */
    void workerEnded(Channel channel) {
        if (channel != channels.getFirst()) {
            channel.close();
        }
        release();
    }

    private void release() {
        int left = users.decrementAndGet();
        if (left == 0) {
            atEnd.run();
        }
        if (left == 0 || left == 1 && !closed.get()) {
            closeFirst();
        }
    }

    /** Where there is no thread: with its last channel the connection ends, so that nobody waits for an answer that nobody gives. */
    private synchronized void closeFirst() {
        if (users.get() <= 1) {
            readers.end();
            channels.getFirst().close();
        }
    }

    /**
     * Aborts the connection and waits until the threads have ended. A thread that a backing store holds up longer than
     * a few seconds is left behind; it frees everything when it comes back.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try (FuseConnections connections = FuseConnections.open()) {
            connections.abort(connection);
        }
        mount.close();
        readers.end();
        if (threads.isEmpty()) {
            channels.forEach(Channel::close);
        }
        long deadline = System.nanoTime() + LAST_ANSWERS.toNanos();
        for (Thread t : threads()) {
            join(t, deadline);
        }
        release();
    }

    private synchronized List<Thread> threads() {
        return List.copyOf(threads);
    }

    private static void join(Thread thread, long deadline) {
        try {
            long left = Math.max(1, deadline - System.nanoTime());
            thread.join(Duration.ofNanos(left));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
