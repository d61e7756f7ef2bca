package dev.cntr.cli.detached;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.proc.ProcessFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** This program once more, in the background: a session of its own without a terminal, which nobody's end ends. */
public final class Background {
    /** A system property of the program in the background: the name of the session that it keeps. */
    private static final String ID = "cntr.session";

    private Background() {}

    /** The session that this process is to keep; nothing where it is not in the background. */
    public static Optional<String> id() {
        return Optional.ofNullable(System.getProperty(ID));
    }

    /**
     * Starts this program with the same command line in the background, and waits until its session has begun or could not. What it has to say until then comes on
     * standard error.
     *
     * @return 0, or the exit code of a program that did not come to its session
     */
    public static int start(String id) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("/proc/self/exe"));
        command.add("-D" + ID + "=" + id);
        try (ProcessFiles mine = ProcessFiles.ofCallingThread()) {
            List<byte[]> words = mine.arguments();
            words.subList(1, words.size()).forEach(word -> command.add(new String(word, StandardCharsets.UTF_8)));
        }
        Process process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            if (id.equals(said.readLine())) {
                return 0;
            }
        }
        return process.waitFor();
    }

    /** Away from the terminal of who started this process: no key and no end of it reaches this one. */
    public static void leaveTerminal() {
        long r = Kernel.current().call(Syscall.SETSID);
        if (r != Errno.EPERM.negative()) { // which has a session already
            ErrnoException.check(r, Syscall.SETSID, "this process");
        }
    }

    /**
     * Tells who started this process that the session has begun, and lets go of its streams and of its directory.
     *
     * @throws IOException where that one has gone
     */
    public static void begun(String id) throws IOException {
        System.out.println(id);
        if (System.out.checkError()) {
            throw new IOException("who began the session has gone");
        }
        Kernel kernel = Kernel.current();
        try (Scratch s = new Scratch();
                Fd nothing = Fd.open("/dev/null", OpenFlag.O_RDWR)) {
            for (int stream = 0; stream <= 2; stream++) {
                ErrnoException.check(
                        kernel.call(Syscall.DUP3, nothing.number(), stream, 0), Syscall.DUP3, "a standard stream");
            }
            ErrnoException.check(kernel.call(Syscall.CHDIR, s.string("/")), Syscall.CHDIR, "/");
        }
    }
}
