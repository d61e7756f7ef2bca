package dev.cntr.cli.caller;

import dev.cntr.linux.Fd;
import dev.cntr.linux.IgnoredSignal;
import dev.cntr.linux.Syscall;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import sun.misc.Signal;

/** A command that is run for the process that it is in. */
public final class ThisProcess implements Caller {
    private final Fd in = Fd.of(0, Syscall.READ, "standard input");
    private final Fd out = Fd.of(1, Syscall.WRITE, "standard output");
    private final Fd err = Fd.of(2, Syscall.WRITE, "standard error");

    @Override
    public int pid() {
        return Math.toIntExact(ProcessHandle.current().pid());
    }

    @Override
    public Map<String, String> environment() {
        return System.getenv();
    }

    @Override
    public Path file(String name) {
        return Path.of(name);
    }

    @Override
    public Fd in() {
        return in;
    }

    @Override
    public Fd out() {
        return out;
    }

    @Override
    public Fd err() {
        return err;
    }

    @Override
    public void onSignal(IntConsumer handler) {
        IgnoredSignal.ignore(IgnoredSignal.QUIT); // which the JVM lets nobody handle, and would print its threads at
        for (String name : List.of("TERM", "HUP", "INT", "WINCH")) {
            Signal.handle(new Signal(name), signal -> handler.accept(signal.getNumber()));
        }
    }
}
