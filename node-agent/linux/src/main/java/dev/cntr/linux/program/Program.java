package dev.cntr.linux.program;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/** An assembled syscall program: what runs, what it is called in messages, and how it is printed. Immutable. */
public final class Program {
    /** The word that announces a failure on the control descriptor; the program's memory follows it. */
    static final long REPORT = 0x4c4941465f52544eL; // "NTR_FAIL"

    private static final long LOWEST_ERROR = -4095;

    private final Architecture architecture;
    private final OptionalInt control;
    private final List<Op> ops;
    private final byte[] before;
    private final byte[] image;
    private final long bufferBytes;
    private final TreeMap<Long, String> names;

    Program(
            Architecture architecture,
            OptionalInt control,
            List<Op> ops,
            byte[] before,
            byte[] image,
            long bufferBytes,
            TreeMap<Long, String> names) {
        this.architecture = architecture;
        this.control = control;
        this.ops = ops;
        this.before = before;
        this.image = image;
        this.bufferBytes = bufferBytes;
        this.names = names;
    }

    public Architecture architecture() {
        return architecture;
    }

    /** The descriptor through which the program speaks with Java. */
    public OptionalInt control() {
        return control;
    }

    /** The records in the order in which they were added; the last ones are the report of a failure. */
    public List<Op> ops() {
        return ops;
    }

    /** The program as a static executable. */
    public byte[] elf() {
        return ElfWriter.write(architecture, before, image, bufferBytes);
    }

    /** How many bytes of memory a failure report has after its first word. */
    int reportBytes() {
        return image.length;
    }

    /**
     * Which step failed, and how.
     *
     * @param memory the program's memory at its end, as a failure report carries it
     */
    public Optional<Failure> failure(byte[] memory) {
        return errors(memory, ops.stream().filter(Op::failing).toList()).stream()
                .findFirst();
    }

    /** All steps whose last result was an error, also those that went on after it, in the program's order. */
    public List<Failure> errors(byte[] memory) {
        return errors(memory, ops);
    }

    private static List<Failure> errors(byte[] memory, List<Op> ops) {
        ByteBuffer words = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        List<Failure> errors = new ArrayList<>();
        for (Op op : ops) {
            long at = op.result() - Interpreter.BASE;
            if (at >= 0 && at + 8 <= memory.length) {
                long result = words.getLong((int) at);
                if (result < 0 && result >= LOWEST_ERROR) {
                    errors.add(new Failure(op.name(), op.call(), Errno.of(-result)));
                }
            }
        }
        return errors;
    }

    /**
     * The program in words, a line a step: its number, its name, the system call with its arguments, and where it goes
     * if not to the next line.
     */
    public String describe() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < ops.size(); i++) {
            Op op = ops.get(i);
            out.append("%3d  %-32s %s(%s)".formatted(i, op.name(), op.call().call(), arguments(op)));
            long next = i + 1 < ops.size() ? ops.get(i + 1).address() : 0;
            List<String> branches = new ArrayList<>();
            if (op.ifPositive() == op.ifZero()) {
                branch(branches, "then", op.ifPositive(), next);
            } else {
                branch(branches, ">0", op.ifPositive(), next);
                branch(branches, "=0", op.ifZero(), next);
            }
            if (!op.failing()) {
                branches.add("error: " + (op.ifError() == next ? "ignored" : "go to " + line(op.ifError())));
            }
            if (!branches.isEmpty()) {
                out.append("  [").append(String.join(", ", branches)).append(']');
            }
            out.append('\n');
        }
        return out.toString();
    }

    private void branch(List<String> branches, String when, long target, long next) {
        if (target != next) {
            branches.add(when + ": go to " + line(target));
        }
    }

    private int line(long address) {
        for (int i = 0; i < ops.size(); i++) {
            if (ops.get(i).address() == address) {
                return i;
            }
        }
        throw new AssertionError("no step at 0x" + Long.toHexString(address));
    }

    private String arguments(Op op) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String from = op.takes().get(i);
            words.add(from.isEmpty() ? word(op.arguments().get(i)) : "‹" + from + "›");
        }
        int used = 6;
        while (used > 0 && words.get(used - 1).equals("0")) {
            used--;
        }
        return String.join(", ", words.subList(0, used));
    }

    private String word(long value) {
        String name = names.get(value);
        if (name != null) {
            return name;
        }
        return value < 4096 ? Long.toString(value) : "0x" + Long.toHexString(value);
    }
}
