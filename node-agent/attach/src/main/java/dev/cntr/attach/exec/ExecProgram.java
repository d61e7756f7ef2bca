package dev.cntr.attach.exec;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Program;
import dev.cntr.linux.program.Step;
import dev.cntr.linux.socket.AskingSteps;
import java.nio.charset.StandardCharsets;

/**
 * The program {@code cntr} inside a session, made of {@link AskingSteps}. The session's socket answers with the exit code and
 * then text for standard error, up to the end.
 */
public final class ExecProgram {
    /** Exit status where the owner of the session cannot be reached or has gone. */
    public static final int FAILED = 125;

    private static final int STDERR = 2;
    private static final int SOCKET = 3;
    private static final int SIGNALS = 4;
    private static final int CHUNK = 4096;

    private ExecProgram() {}

    /** @param socketPath of the session's socket; at most 107 bytes, unix(7) */
    public static Program assemble(Architecture architecture, String socketPath) {
        Assembler a = Assembler.silent(architecture);
        AskingSteps asking = new AskingSteps(a, SOCKET, SIGNALS);
        Label unreachable = a.label("unreachable");
        Label message = a.label("message");
        Label done = a.label("done");
        Label wait = a.label("wait");
        a.failTo(unreachable);
        asking.beInTheForeground();
        asking.holdSignals();
        asking.connect(socketPath);
        asking.passStreams();
        a.jump(wait);
        a.place(done);
        Step exit = a.exit(0);
        a.place(wait);
        asking.awaitCode(exit.argumentAddress(0), message, unreachable);
        a.failTo(done);
        a.place(message);
        long text = a.buffer(CHUNK);
        Step read = a.call("a message", Syscall.READ, SOCKET, text, CHUNK).onZero(done);
        a.call("put it out", Syscall.WRITE, STDERR, text, 0).take(2, read);
        a.jump(read.start());

        String sorry = "cntr: the program that made this session does not answer: it has ended, or is just ending it\n";
        a.place(unreachable);
        a.call("say so", Syscall.WRITE, STDERR, a.string(sorry), sorry.getBytes(StandardCharsets.UTF_8).length)
                .ignoringErrors();
        a.exit(FAILED);
        return a.assemble();
    }
}
