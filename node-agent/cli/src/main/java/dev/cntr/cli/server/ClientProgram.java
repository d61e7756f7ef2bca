package dev.cntr.cli.server;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Program;
import dev.cntr.linux.program.Step;
import dev.cntr.linux.socket.AskingSteps;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The program that stands before the virtual machine: {@code client JAVA OPTION... CLASS WORD...} asks a {@link Server} to run
 * cntr's words, by {@link AskingSteps}. The server answers with {@link #ACCEPTED} before the exit code. Where nobody listens, or
 * the server does not accept it, the program becomes JAVA.
 */
public final class ClientProgram {
    /** Exit status where the server ends before the command. */
    static final int FAILED = 125;

    static final String ACCEPTED = "+";

    /** What follows it in the arguments is meant for cntr. */
    private static final String MAIN_CLASS = "dev.cntr.cli.Main";

    private static final int STDERR = 2;
    /** Numbers that whoever starts it is not likely to use for what JAVA is to inherit. */
    private static final int SOCKET = 990;

    private static final int SIGNALS = 991;

    private ClientProgram() {}

    /** What cntr is to do, of the arguments that this program has; empty where these are others. */
    static Optional<List<String>> words(List<byte[]> arguments) {
        List<String> words = arguments.stream()
                .map(word -> new String(word, StandardCharsets.UTF_8))
                .toList();
        int main = words.indexOf(MAIN_CLASS);
        boolean utf8 = words.stream().noneMatch(word -> word.contains("\ufffd"));
        return main < 0 || !utf8 ? Optional.empty() : Optional.of(words.subList(main + 1, words.size()));
    }

    /** @param socketPath of the server; at most 107 bytes, unix(7) */
    public static Program assemble(Architecture architecture, String socketPath) {
        Assembler a = Assembler.silent(architecture);
        AskingSteps asking = new AskingSteps(a, SOCKET, SIGNALS);
        Label wait = a.label("wait");
        Label told = a.label("told");
        Label alone = a.label("alone");
        Label gone = a.label("gone");
        a.failTo(alone);
        asking.beInTheForeground();
        asking.holdSignals();
        asking.connect(socketPath);
        asking.passStreams();
        a.call("be accepted", Syscall.READ, SOCKET, a.buffer(ACCEPTED.length()), ACCEPTED.length())
                .onZero(alone);
        a.jump(wait);
        a.place(told);
        Step exit = a.exit(0);
        a.place(wait);
        asking.awaitCode(exit.argumentAddress(0), told, gone);

        a.place(gone);
        say(a, "cntr: the resident cntr serve has ended, and this session with it\n");
        a.place(alone);
        asking.letSignalsCome();
        a.executeOwnArguments("become the virtual machine").ignoringErrors();
        say(a, "cntr: cannot execute its Java runtime: is the installation whole?\n");
        return a.assemble();
    }

    private static void say(Assembler a, String message) {
        int length = message.getBytes(StandardCharsets.UTF_8).length;
        a.call("say so", Syscall.WRITE, STDERR, a.string(message), length).ignoringErrors();
        a.exit(FAILED);
    }
}
