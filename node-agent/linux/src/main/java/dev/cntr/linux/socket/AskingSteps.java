package dev.cntr.linux.socket;

import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Step;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The steps of a program that asks who listens on a unix socket to run something on its standard streams: it passes these, and
 * then the signals that it gets, and waits for an exit code. It interprets nothing: its arguments and its directory are read of
 * its process by who answers.
 *
 * <pre>
 * to the socket     one byte with three descriptors; then {@link #SIGNAL_BYTES} for each signal, as signalfd(2) tells it
 * from the socket   the exit code (64 bits, little-endian)
 * </pre>
 */
public final class AskingSteps {
    /** How much of {@code struct signalfd_siginfo} is passed on: number, errno, code and sender, 32 bits each. */
    public static final int SIGNAL_BYTES = 16;

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    // include/uapi/linux/{socket,net,fcntl}.h, asm-generic/{ioctls,poll,signal}.h
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_NONBLOCK_CLOEXEC = 0x800 | O_CLOEXEC;
    private static final int TCGETS = 0x5401;
    private static final int TCSETS = 0x5402;
    private static final int TERMIOS = 64;
    private static final int POLLIN = 1;
    private static final int SIG_BLOCK = 0;
    private static final int SIG_UNBLOCK = 1;
    private static final int SIGSET_BYTES = 8;
    private static final int SIGINFO_BYTES = 128;
    private static final long HUP_INT_QUIT_TERM_WINCH = 1 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 27;
    private static final int SIZEOF_CMSG = 16 + 3 * Integer.BYTES;

    private final Assembler a;
    private final int socket;
    private final int signals;

    /**
     * @param socket the number of the socket's descriptor
     * @param signals that of the descriptor that tells signals
     */
    public AskingSteps(Assembler a, int socket, int signals) {
        this.a = a;
        this.socket = socket;
        this.signals = signals;
    }

    /**
     * Where both streams are a terminal, that is set to the modes that it has: the kernel stops who does so from the
     * background until it is brought to the foreground, as it would stop the command itself.
     */
    public void beInTheForeground() {
        Label next = a.label("no terminal");
        long termios = a.buffer(TERMIOS);
        a.call("is output a terminal", Syscall.IOCTL, STDOUT, TCGETS, termios).onError(next);
        a.call("is input one", Syscall.IOCTL, STDIN, TCGETS, termios).onError(next);
        a.call("be in its foreground", Syscall.IOCTL, STDIN, TCSETS, termios).onError(next);
        a.place(next);
    }

    /** From now on signals wait until they are passed on. */
    public void holdSignals() {
        long set = a.longs(HUP_INT_QUIT_TERM_WINCH);
        a.call("hold signals", Syscall.RT_SIGPROCMASK, SIG_BLOCK, set, 0, SIGSET_BYTES);
        Step open = a.call("open them", Syscall.SIGNALFD4, -1, set, SIGSET_BYTES, O_NONBLOCK_CLOEXEC);
        as(open, signals);
    }

    /** They do what they do. */
    public void letSignalsCome() {
        long set = a.longs(HUP_INT_QUIT_TERM_WINCH);
        a.call("let signals come", Syscall.RT_SIGPROCMASK, SIG_UNBLOCK, set, 0, SIGSET_BYTES)
                .ignoringErrors();
    }

    /** @param path at most 107 bytes, unix(7) */
    public void connect(String path) {
        as(a.call("socket", Syscall.SOCKET, AF_UNIX, SOCK_STREAM_CLOEXEC, 0), socket);
        byte[] address = UnixSocket.address(path);
        a.call("connect", Syscall.CONNECT, socket, a.bytes(address), address.length);
    }

    /** Sends one byte, and the standard streams along with it. */
    public void passStreams() {
        ByteBuffer control = ByteBuffer.allocate(SIZEOF_CMSG + 4).order(ByteOrder.LITTLE_ENDIAN);
        control.putLong(SIZEOF_CMSG).putInt(SOL_SOCKET).putInt(SCM_RIGHTS);
        control.putInt(STDIN).putInt(STDOUT).putInt(STDERR);
        long iov = a.longs(a.string("+"), 1);
        long message = a.longs(0, 0, iov, 1, a.bytes(control.array()), SIZEOF_CMSG, 0); // struct msghdr
        a.call("pass the standard streams", Syscall.SENDMSG, socket, message, MSG_NOSIGNAL);
    }

    /**
     * Passes signals on until the exit code comes.
     *
     * @param to where its eight bytes go
     * @param told where to go on then
     * @param gone where to go on when the other end has closed
     */
    public void awaitCode(long to, Label told, Label gone) {
        Label answer = a.label("answer");
        long pair = a.longs(socket | (long) POLLIN << 32, signals | (long) POLLIN << 32); // struct pollfd
        Step wait = a.call("wait for either", Syscall.PPOLL, pair, 2, 0, 0, 0);
        wait.onError(wait.start());
        long info = a.buffer(SIGINFO_BYTES);
        a.call("a signal", Syscall.READ, signals, info, SIGINFO_BYTES).onError(answer);
        a.call("pass it on", Syscall.SENDTO, socket, info, SIGNAL_BYTES, MSG_NOSIGNAL)
                .ignoringErrors();
        a.place(answer);
        a.call("the exit code", Syscall.RECVFROM, socket, to, Long.BYTES, MSG_DONTWAIT)
                .onPositive(told)
                .onZero(gone)
                .onError(wait.start());
    }

    private void as(Step opened, int number) {
        a.call("as descriptor " + number, Syscall.DUP3, 0, number, O_CLOEXEC)
                .take(0, opened)
                .ignoringErrors(); // EINVAL where it has that number already
    }
}
