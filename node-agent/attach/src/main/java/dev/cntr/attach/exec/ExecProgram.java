package dev.cntr.attach.exec;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Program;
import dev.cntr.linux.program.Step;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The program {@code cntr} inside a session: it connects to the session's socket, sends its standard streams along with one
 * byte, passes on the signals that it gets, and ends with the exit code that it is told. It interprets nothing: its
 * arguments and its directory are read of its process by who answers.
 *
 * <pre>
 * to the socket     one byte with three descriptors; then {@link #SIGNAL_BYTES} for each signal, as signalfd(2) tells it
 * from the socket   the exit code (64 bits, little-endian), then text for standard error, up to the end
 * </pre>
 */
public final class ExecProgram {
    /** Exit status where the owner of the session cannot be reached or has gone. */
    public static final int FAILED = 125;

    /** How much of {@code struct signalfd_siginfo} is passed on: number, errno, code and sender, 32 bits each. */
    public static final int SIGNAL_BYTES = 16;

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int SOCKET = 3;
    private static final int SIGNALS = 4;

    // include/uapi/linux/{socket,net,fcntl}.h, asm-generic/{ioctls,poll,signal}.h
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int TCGETS = 0x5401;
    private static final int TCSETS = 0x5402;
    private static final int TERMIOS = 64;
    private static final int POLLIN = 1;
    private static final int SIG_BLOCK = 0;
    private static final int SIGSET_BYTES = 8;
    private static final int SIGINFO_BYTES = 128;
    private static final long HUP_INT_QUIT_TERM_WINCH = 1 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 27;
    private static final int SIZEOF_CMSG = 16 + 3 * Integer.BYTES;
    private static final int CHUNK = 4096;

    private ExecProgram() {}

    /** @param socketPath of the session's socket; at most 107 bytes, unix(7) */
    public static Program assemble(Architecture architecture, String socketPath) {
        Assembler a = Assembler.silent(architecture);
        Label unreachable = a.label("unreachable");
        a.failTo(unreachable);
        inTheForeground(a);
        signals(a);
        connect(a, socketPath);
        a.call("pass the standard streams", Syscall.SENDMSG, SOCKET, message(a), MSG_NOSIGNAL);
        a.call("let the socket not block", Syscall.FCNTL, SOCKET, F_SETFL, O_NONBLOCK);

        Label loop = a.label("loop");
        Label done = a.label("done");
        a.jump(loop);
        a.place(done);
        Step exit = a.exit(0);
        a.place(loop);
        long pair = a.longs(SOCKET | (long) POLLIN << 32, SIGNALS | (long) POLLIN << 32); // struct pollfd
        a.call("wait for either", Syscall.PPOLL, pair, 2, 0, 0, 0).onError(loop);
        Label answer = a.label("answer");
        long info = a.buffer(SIGINFO_BYTES);
        a.call("a signal", Syscall.READ, SIGNALS, info, SIGINFO_BYTES).onError(answer);
        a.call("pass it on", Syscall.SENDTO, SOCKET, info, SIGNAL_BYTES, MSG_NOSIGNAL)
                .ignoringErrors();
        a.place(answer);
        a.call("the exit code", Syscall.READ, SOCKET, exit.argumentAddress(0), 8)
                .onZero(unreachable)
                .onError(loop);
        a.failTo(done);
        a.call("let the socket block", Syscall.FCNTL, SOCKET, F_SETFL, 0);
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

    /**
     * Where both streams are a terminal, that is set to the modes that it has: the kernel stops who does so from the
     * background until it is brought to the foreground, as it would stop the command itself.
     */
    private static void inTheForeground(Assembler a) {
        Label next = a.label("no terminal");
        long termios = a.buffer(TERMIOS);
        a.call("is output a terminal", Syscall.IOCTL, STDOUT, TCGETS, termios).onError(next);
        a.call("is input one", Syscall.IOCTL, STDIN, TCGETS, termios).onError(next);
        a.call("be in its foreground", Syscall.IOCTL, STDIN, TCSETS, termios).onError(next);
        a.place(next);
    }

    private static void signals(Assembler a) {
        long set = a.longs(HUP_INT_QUIT_TERM_WINCH);
        a.call("hold signals", Syscall.RT_SIGPROCMASK, SIG_BLOCK, set, 0, SIGSET_BYTES);
        Step open = a.call("open them", Syscall.SIGNALFD4, -1, set, SIGSET_BYTES, O_NONBLOCK | O_CLOEXEC);
        as(a, open, SIGNALS);
    }

    private static void connect(Assembler a, String path) {
        as(a, a.call("socket", Syscall.SOCKET, AF_UNIX, SOCK_STREAM, 0), SOCKET);
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        ByteBuffer address = ByteBuffer.allocate(2 + name.length + 1).order(ByteOrder.LITTLE_ENDIAN);
        address.putShort((short) AF_UNIX).put(name);
        a.call("connect", Syscall.CONNECT, SOCKET, a.bytes(address.array()), address.capacity());
    }

    private static void as(Assembler a, Step opened, int number) {
        a.call("as descriptor " + number, Syscall.DUP3, 0, number, O_CLOEXEC)
                .take(0, opened)
                .ignoringErrors(); // EINVAL where it has that number already
    }

    /** A {@code struct msghdr} of one byte and three descriptors. */
    private static long message(Assembler a) {
        ByteBuffer control = ByteBuffer.allocate(SIZEOF_CMSG + 4).order(ByteOrder.LITTLE_ENDIAN);
        control.putLong(SIZEOF_CMSG).putInt(SOL_SOCKET).putInt(SCM_RIGHTS);
        control.putInt(STDIN).putInt(STDOUT).putInt(STDERR);
        long iov = a.longs(a.string("+"), 1);
        return a.longs(0, 0, iov, 1, a.bytes(control.array()), SIZEOF_CMSG, 0);
    }
}
