package dev.cntr.linux.program;

import dev.cntr.linux.Syscall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One system call of a program that is being assembled. Without further words its result is kept beside it, an error is
 * a failure of the program, and everything else goes on with the step that is added next.
 */
public final class Step {
    /** Bytes of a record: number, six arguments, result pointer, three successors, the step's own result. */
    static final int BYTES = 96;

    private static final int ARGUMENTS = 8;
    private static final int OWN_RESULT = 88;

    final String name;
    final long[] arguments;

    private final Syscall call;
    private final long address;
    private final Label start;
    private final String[] takes = new String[] {"", "", "", "", "", ""};

    private long result;
    private @Nullable Label positive;
    private @Nullable Label zero;
    private @Nullable Label error;

    Step(String name, Syscall call, long[] arguments, long address, Label failure) {
        this.name = name;
        this.call = call;
        this.arguments = arguments;
        this.address = address;
        this.result = address + OWN_RESULT;
        this.error = failure;
        this.start = new Label(name);
        start.step = this;
    }

    /** Takes another step's result as an argument, counted from 0. A result goes to one place only. */
    public Step take(int argument, Step from) {
        from.store(argumentAddress(argument));
        takes[argument] = from.name;
        arguments[argument] = 0;
        return this;
    }

    /** Names the first arguments, which come from elsewhere before the program starts. */
    Step given(String... names) {
        System.arraycopy(names, 0, takes, 0, names.length);
        return this;
    }

    /** Stores the result at an address: a {@link Assembler#cell()}, or an argument of another step. */
    public Step store(long to) {
        if (result != address + OWN_RESULT) {
            throw new IllegalStateException("the result of step \"" + name
                    + "\" is used twice; give it a number with dup3(2), or send it from where it is");
        }
        result = to;
        return this;
    }

    /** Where an argument lies in the program's memory, for calls that read or write it by address. */
    public long argumentAddress(int argument) {
        return address + ARGUMENTS + 8L * argument;
    }

    /** Where the result lies after the call. */
    public long resultAddress() {
        return result;
    }

    /** A label that means this step, for loops. */
    public Label start() {
        return start;
    }

    /** Where to go with a result greater than zero. */
    public Step onPositive(Label label) {
        positive = label;
        return this;
    }

    /** Where to go with a zero: the end of a file, the child of clone(2). */
    public Step onZero(Label label) {
        zero = label;
        return this;
    }

    /** Where to go with an error. */
    public Step onError(Label label) {
        error = label;
        return this;
    }

    /** Where to go with any result that is not an error. */
    public Step onSuccess(Label label) {
        return onPositive(label).onZero(label);
    }

    /** An error goes on like a success. */
    public Step ignoringErrors() {
        error = null;
        return this;
    }

    /** Everything that has no place to go yet goes on at a label. */
    void follow(Label next) {
        positive = positive == null ? next : positive;
        zero = zero == null ? next : zero;
        error = error == null ? next : error;
    }

    /** The record, when all labels are placed. */
    Op op(Label report) {
        List<Long> words = new ArrayList<>();
        Arrays.stream(arguments).forEach(words::add);
        return new Op(
                name,
                call,
                address,
                words,
                List.of(takes),
                result,
                target(positive),
                target(zero),
                target(error),
                error == report);
    }

    private long target(@Nullable Label label) {
        if (label == null || label.step == null) {
            throw new IllegalStateException("step \"" + name + "\" leads "
                    + (label == null ? "nowhere" : "to the label \"" + label + "\", which is not placed"));
        }
        return label.step.address;
    }
}
