package dev.cntr.linux.program;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One record of an assembled program, as the interpreter reads it, with the name of its step.
 *
 * @param address where the record lies
 * @param arguments the six words; one that takes another step's result is zero here
 * @param takes for each argument the name of the step whose result it takes, or the empty string
 * @param result where the result goes
 * @param ifPositive address of the record that follows a result greater than zero
 * @param ifZero address of the record that follows a zero
 * @param ifError address of the record that follows {@code -4095..-1}
 * @param failing whether an error of this step is a failure of the program
 */
public record Op(
        String name,
        Syscall call,
        long address,
        List<Long> arguments,
        List<String> takes,
        long result,
        long ifPositive,
        long ifZero,
        long ifError,
        boolean failing) {
    public Op {
        arguments = List.copyOf(arguments);
        takes = List.copyOf(takes);
    }

    /** Writes the record in the form that {@link Interpreter} reads; its own result stays zero. */
    void write(Architecture architecture, ByteBuffer to) {
        to.putLong(call.number(architecture));
        arguments.forEach(to::putLong);
        to.putLong(result).putLong(ifPositive).putLong(ifZero).putLong(ifError);
    }
}
