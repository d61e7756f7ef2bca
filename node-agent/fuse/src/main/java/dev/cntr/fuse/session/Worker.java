package dev.cntr.fuse.session;

import dev.cntr.fuse.wire.Opcode;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;
import java.lang.System.Logger.Level;

/** One thread of a session: where it is to read, it reads a request, has it answered, and so on until the connection ends. */
final class Worker implements Runnable {
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());
    private static final long CLONE_FS = 0x200;

    private final Session session;
    private final Channel channel;
    private final FileSystem.Factory factory;
    private final InFlight inFlight;
    private final Readers readers;
    private final int number;
    private final long[] counts = new long[Opcode.values().length];

    Worker(Session session, Channel channel, FileSystem.Factory factory, Readers readers, int number) {
        this.session = session;
        this.channel = channel;
        this.factory = factory;
        this.inFlight = session.inFlight();
        this.readers = readers;
        this.number = number;
    }

    /** Adds how many requests of each opcode it has answered. Another thread sees roughly the present state. */
    void addCounts(long[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += counts[i];
        }
    }

    @Override
    public void run() {
        Kernel kernel = Kernel.current();
        try (FileSystem fs = ownFileSystem(kernel)) {
            serve(kernel, fs);
            readers.end();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "a thread of a FUSE session failed", e);
            inFlight.lose(number);
            seeToReaders();
        } finally {
            session.workerEnded(channel);
        }
    }

    /** The thread's working directory and umask become its own, unshare(2): files are created with the modes asked for. */
    private FileSystem ownFileSystem(Kernel kernel) {
        ErrnoException.check(kernel.call(Syscall.UNSHARE, CLONE_FS), Syscall.UNSHARE, "CLONE_FS");
        kernel.call(Syscall.UMASK, 0);
        return factory.forThread(kernel);
    }

    private void serve(Kernel kernel, FileSystem fs) {
        Request request = channel.request(inFlight, number);
        Reply reply = channel.reply(kernel);
        for (readers.await(number); channel.read(kernel); readers.await(number)) {
            long unique = request.unique();
            reply.begin(unique);
            inFlight.begin(number, unique);
            seeToReaders();
            Opcode opcode = channel.opcode();
            if (opcode != null) {
                counts[opcode.ordinal()]++;
            }
            Dispatch.answer(opcode, request, reply, fs, inFlight);
            inFlight.end(number, unique);
        }
    }

    private void seeToReaders() {
        if (readers.unwatched()) {
            Relief.process().watch(readers);
        }
    }
}
