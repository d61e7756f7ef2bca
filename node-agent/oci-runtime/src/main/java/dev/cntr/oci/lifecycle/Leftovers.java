package dev.cntr.oci.lifecycle;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.FileIdentity;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.PinnedProcess;
import dev.cntr.linux.proc.ProcessFiles;
import dev.cntr.linux.proc.ProcessGoneException;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The processes that a container's first one leaves behind: background jobs and daemons, in whatever session or process
 * group. They are known by the mount namespace, which was made for the container alone. It is held open as long as it is
 * looked for: the kernel gives the number of one that is gone to the next that is made, and that is somebody else's.
 */
final class Leftovers implements AutoCloseable {
    private static final int SIGHUP = 1;
    private static final int SIGKILL = 9;
    /** Processes may fork while they are looked for: so many rounds at most. */
    private static final int ROUNDS = 20;

    /** The mount namespace that tells them. */
    record Held(FileIdentity identity, Fd fd) {}

    private final Optional<Held> namespace;

    private Leftovers(Optional<Held> namespace) {
        this.namespace = namespace;
    }

    /**
     * What a living process would leave behind: nothing but itself is known where it shares the mount namespace of this
     * JVM.
     */
    static Leftovers of(PinnedProcess process) {
        try (ProcessFiles self = ProcessFiles.ofCallingThread()) {
            Optional<FileIdentity> theirs = process.files().namespace(Namespace.MNT);
            return new Leftovers(
                    theirs.equals(self.namespace(Namespace.MNT))
                            ? Optional.empty()
                            : theirs.map(id -> new Held(id, process.files().openNamespace(Namespace.MNT))));
        }
    }

    /** The mount namespace that tells them; empty where none does. */
    Optional<Held> namespace() {
        return namespace;
    }

    @Override
    public void close() {
        namespace.ifPresent(held -> held.fd().close());
    }

    private boolean tells(ProcessFiles files) {
        return files.namespace(Namespace.MNT).equals(namespace.map(Held::identity));
    }

    /** Kills them all: first with SIGHUP, that shells and daemons know how to obey, at once after that with SIGKILL. */
    void kill() {
        if (namespace.isEmpty()) {
            return;
        }
        int signal = SIGHUP;
        for (int round = 0; round < ROUNDS; round++) {
            List<Integer> found = processes();
            if (found.isEmpty()) {
                return;
            }
            for (int pid : found) {
                signal(pid, signal);
            }
            pause();
            signal = SIGKILL;
        }
    }

    private void signal(int pid, int signal) {
        try (PinnedProcess process = PinnedProcess.open(pid)) {
            if (tells(process.files())) {
                process.signal(signal);
            }
        } catch (ProcessGoneException | ErrnoException e) {
            // it ended by itself
        }
    }

    private List<Integer> processes() {
        List<Integer> found = new ArrayList<>();
        String[] names = new File("/proc").list();
        for (String name : names == null ? new String[0] : names) {
            if (Character.isDigit(name.charAt(0)) && in(Integer.parseInt(name))) {
                found.add(Integer.parseInt(name));
            }
        }
        return found;
    }

    private boolean in(int pid) {
        try (ProcessFiles files = ProcessFiles.open(pid)) {
            return tells(files);
        } catch (ErrnoException e) {
            return false; // ended, a zombie, or not ours to look at: none of them is a leftover that could be killed
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
