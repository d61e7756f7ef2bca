package dev.cntr.linux.terminal;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;

/** Both ends of a pipe, closed on exec: pipe(7). */
public record Pipe(Fd read, Fd write) implements AutoCloseable {

    public static Pipe open() {
        try (Scratch s = new Scratch()) {
            long ends = s.allocate(8);
            long r = Kernel.current().call(Syscall.PIPE2, ends, OpenFlag.bits(OpenFlag.O_CLOEXEC));
            ErrnoException.check(r, Syscall.PIPE2, "");
            return new Pipe(
                    Fd.of(Memory.getInt(ends), Syscall.PIPE2, ""), Fd.of(Memory.getInt(ends + 4), Syscall.PIPE2, ""));
        }
    }

    @Override
    public void close() {
        read.close();
        write.close();
    }
}
