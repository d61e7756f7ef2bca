package dev.cntr.linux.program;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Program} step by step. Strings, structs and buffers get their address at once, so that an argument is
 * always a plain word; a label may be used before it is placed.
 *
 * <pre>{@code
 * Assembler a = Assembler.reporting(Architecture.current(), 3);
 * Step open = a.call("open the namespace", Syscall.OPENAT, At.FDCWD, a.string("/proc/7/ns/net"), 0);
 * a.call("enter it", Syscall.SETNS, 0, CLONE_NEWNET).take(0, open);
 * a.exit(0);
 * Program program = a.assemble();
 * }</pre>
 */
public final class Assembler {
    /** Exit status of a program one of whose steps failed. */
    public static final int FAILED = 125;

    private static final int SIGCHLD = 17;

    private final Architecture architecture;
    private final OptionalInt control;
    private final Image image = new Image();
    private final List<Step> steps = new ArrayList<>();
    private final List<Label> unplaced = new ArrayList<>();
    private final Label report = label("failure");
    private final Label quit = label("quit");

    private Label failure = report;
    private @Nullable Step previous;
    private byte[] ownArguments = {};
    private boolean assembled;

    private Assembler(Architecture architecture, OptionalInt control) {
        this.architecture = architecture;
        this.control = control;
        image.put(
                new byte[Step.BYTES], "&step"); // the interpreter starts with the first bytes: room for the first step
    }

    /** A program that writes its memory to a descriptor when a step fails, and exits. See {@link ControlSocket}. */
    public static Assembler reporting(Architecture architecture, int controlFd) {
        return new Assembler(architecture, OptionalInt.of(controlFd));
    }

    /** A program that has nobody to report to: where a step fails it exits with {@link #FAILED}. */
    public static Assembler silent(Architecture architecture) {
        return new Assembler(architecture, OptionalInt.empty());
    }

    public Architecture architecture() {
        return architecture;
    }

    /** The address of a zero-terminated string in UTF-8; equal strings share one. */
    public long string(String s) {
        return image.string(s);
    }

    /** The address of bytes that are not text, aligned to eight. */
    public long bytes(byte[] b) {
        return image.put(b, "&bytes[" + b.length + "]");
    }

    /** The address of an array of 64-bit words, or of a struct of such. */
    public long longs(long... values) {
        return image.longs(values);
    }

    /** The address of an array of 32-bit words, or of a struct of such. */
    public long ints(int... values) {
        return image.ints(values);
    }

    /** The address of a null-terminated array of strings, as execve(2) takes it. */
    public long strings(List<String> values) {
        return image.strings(values);
    }

    /** The address of a null-terminated array of strings of any bytes but zero. */
    public long byteStrings(List<byte[]> values) {
        return image.byteStrings(values);
    }

    /** The address of a 64-bit word for a result. */
    public long cell() {
        return image.put(new byte[8], "&cell");
    }

    /** The address of zeroed memory that takes no room in the file. */
    public long buffer(long bytes) {
        return image.buffer(bytes);
    }

    /** Adds a system call of up to six arguments. */
    public Step call(String name, Syscall call, long... arguments) {
        long address = steps.isEmpty() ? Interpreter.BASE : image.put(new byte[Step.BYTES], "&step");
        Step step = new Step(name, call, Arrays.copyOf(arguments, 6), address, failure);
        for (Label label : unplaced) {
            label.step = step;
        }
        unplaced.clear();
        if (previous != null) {
            previous.follow(step.start());
        }
        steps.add(step);
        previous = step;
        return step;
    }

    /**
     * Adds fork(2): clone(2) with SIGCHLD and further flags. The child has a copy of the memory and goes on with the
     * next step, unless its zero is sent elsewhere.
     */
    public Step fork(String name, long flags) {
        return clone(name, flags | SIGCHLD, 0, 0, 0);
    }

    /** Adds clone(2) without a new stack, its arguments in the architecture's order. */
    public Step clone(String name, long flags, long parentTid, long childTid, long tls) {
        return switch (architecture) {
            case X86_64 -> call(name, Syscall.CLONE, flags, 0, parentTid, childTid, tls);
            case AARCH64 -> call(name, Syscall.CLONE, flags, 0, parentTid, tls, childTid);
        };
    }

    /**
     * Adds execve(2) of what the process was given behind its own name: {@code program COMMAND ARGUMENT...} becomes COMMAND,
     * with its own environment. A program has at most one of these.
     */
    public Step executeOwnArguments(String name) {
        if (ownArguments.length != 0) {
            throw new IllegalStateException("a program executes its own arguments at one place only");
        }
        Step execute = call(name, Syscall.EXECVE);
        ownArguments = OwnArguments.code(architecture, execute.argumentAddress(0));
        return execute.given("its first argument", "its arguments", "its environment");
    }

    /** Adds the end of the process, exit_group(2). */
    public Step exit(int status) {
        Step exit = call("exit " + status, Syscall.EXIT_GROUP, status);
        exit.onSuccess(exit.start()).onError(exit.start());
        previous = null;
        return exit;
    }

    /** Adds a word for Java: the result of an earlier step, written to the control descriptor. */
    public Step send(String name, Step result) {
        return call(name, Syscall.WRITE, controlFd(), result.resultAddress(), 8);
    }

    /** Adds a word for Java. */
    public Step send(String name, long word) {
        return call(name, Syscall.WRITE, controlFd(), longs(word), 8);
    }

    /** Adds a wait for a word of Java; where nobody can send one any more the process exits. */
    public Step await(String name) {
        return call(name, Syscall.READ, controlFd(), buffer(8), 8).onZero(quit);
    }

    /** A label to be placed later. */
    public Label label(String name) {
        return new Label(name);
    }

    /** A label that means the step that is added next. */
    public Label here(String name) {
        Label label = label(name);
        place(label);
        return label;
    }

    /** Says that a label means the step that is added next. */
    public void place(Label label) {
        if (label.step != null || unplaced.contains(label)) {
            throw new IllegalStateException("label \"" + label + "\" is placed twice");
        }
        unplaced.add(label);
    }

    /** Sends the previous step on to a label; the next one is reached by labels only. */
    public void jump(Label label) {
        if (!unplaced.isEmpty()) {
            throw new IllegalStateException("labels " + unplaced + " stand before a jump; place them before a step");
        }
        if (previous != null) {
            previous.follow(label);
            previous = null;
        }
    }

    /** Ends the sequence with a failure of the program: the previous step goes on to the report. */
    public void fail() {
        jump(report);
    }

    /** Sends errors of the steps to come to a label, until {@link #reportFailures()}. */
    public void failTo(Label label) {
        failure = label;
    }

    /** Errors of the steps to come are failures of the program again, as at the start. */
    public void reportFailures() {
        failure = report;
    }

    /**
     * The finished program.
     *
     * @throws IllegalStateException where a step leads nowhere
     */
    public Program assemble() {
        if (assembled) {
            throw new IllegalStateException("an assembler makes one program");
        }
        assembled = true;
        if (previous != null) {
            throw new IllegalStateException("the program runs off its end after step \"" + previous.name + "\"");
        }
        Step arena = null;
        failTo(quit);
        place(report);
        if (control.isPresent()) {
            send("announce the failure", Program.REPORT);
            arena = call("report the failure", Syscall.WRITE, controlFd(), Interpreter.BASE, 0);
        }
        place(quit);
        exit(FAILED);
        byte[] bytes = image.bytes();
        if (arena != null) {
            arena.arguments[2] = bytes.length;
        }
        List<Op> ops = steps.stream().map(step -> step.op(report)).toList();
        ByteBuffer records = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (Op op : ops) {
            op.write(architecture, records.position((int) (op.address() - Interpreter.BASE)));
        }
        return new Program(architecture, control, ops, ownArguments, bytes, image.bufferBytes(), image.names());
    }

    private int controlFd() {
        return control.orElseThrow(() -> new IllegalStateException("a silent program has no control descriptor"));
    }
}
