package dev.cntr.relay;

import dev.cntr.linux.Architecture;
import dev.cntr.linux.At;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.program.Label;
import dev.cntr.linux.program.Program;
import dev.cntr.linux.program.Step;
import dev.cntr.linux.socket.UnixSocket;
import java.nio.charset.StandardCharsets;

/**
 * Joins whoever execs it with the node's agent: connects to the agent's socket, sends the length (64 bits, little-endian)
 * and the bytes of its own command line, then copies standard input to the socket and the socket to standard output. It
 * ends with 0 when the agent closes, and takes its half that reads the input with it.
 *
 * <p>It interprets nothing: which session is meant, and whether the caller may have it, is the agent's to judge.
 */
final class RelayProgram {
    /** Exit status when the agent cannot be reached, or a copy breaks. */
    static final int UNREACHABLE = 1;

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int SOCKET = 3;
    private static final int LINE = 4;
    private static final int CHUNK = 64 * 1024;
    private static final int COMMAND_LINE = 4096;

    // include/uapi/linux/{socket,net,fcntl,prctl}.h
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SHUT_WR = 1;
    private static final int F_SETFL = 4;
    private static final int O_CLOEXEC = 0x80000;
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int SIGKILL = 9;

    private RelayProgram() {}

    /**
     * @param socketPath the agent's socket; at most 107 bytes, unix(7)
     */
    static Program assemble(Architecture architecture, String socketPath) {
        Assembler a = Assembler.silent(architecture);
        Label unreachable = a.label("unreachable");
        Label broken = a.label("broken");
        // A write to a descriptor that does not block is whole, as no signal but a deadly one ever comes.
        a.call("let input block", Syscall.FCNTL, STDIN, F_SETFL, 0).ignoringErrors();
        a.call("let output block", Syscall.FCNTL, STDOUT, F_SETFL, 0).ignoringErrors();

        a.failTo(unreachable);
        Step socket = a.call("socket", Syscall.SOCKET, AF_UNIX, SOCK_STREAM, 0);
        a.call("as the agent's descriptor", Syscall.DUP3, 0, SOCKET, O_CLOEXEC)
                .take(0, socket)
                .ignoringErrors(); // EINVAL where it has that number already
        byte[] address = UnixSocket.address(socketPath);
        a.call("connect to the agent", Syscall.CONNECT, SOCKET, a.bytes(address), address.length);

        a.failTo(broken);
        long line = a.buffer(COMMAND_LINE);
        Step open =
                a.call("open the command line", Syscall.OPENAT, At.FDCWD, a.string("/proc/self/cmdline"), O_CLOEXEC);
        a.call("as its descriptor", Syscall.DUP3, 0, LINE, O_CLOEXEC)
                .take(0, open)
                .ignoringErrors();
        Step length = a.call("learn its length", Syscall.PREAD64, LINE, line, COMMAND_LINE, 0);
        a.call("send the length", Syscall.WRITE, SOCKET, length.resultAddress(), 8);
        Step bytes = a.call("read it", Syscall.PREAD64, LINE, line, COMMAND_LINE, 0);
        a.call("send it", Syscall.WRITE, SOCKET, line, 0).take(2, bytes);

        Label input = a.label("input");
        Step fork = a.fork("fork for the input", 0).onZero(input);

        Label end = a.label("end");
        long out = a.buffer(CHUNK);
        Step receive = a.call("receive", Syscall.READ, SOCKET, out, CHUNK).onZero(end);
        a.call("put out", Syscall.WRITE, STDOUT, out, 0).take(2, receive);
        a.jump(receive.start());
        a.place(end);
        a.call("end the input half", Syscall.KILL, 0, SIGKILL).take(0, fork).ignoringErrors();
        a.call("wait for it", Syscall.WAIT4, -1, 0, 0, 0).ignoringErrors();
        a.exit(0);

        a.place(input);
        a.call("die with the output half", Syscall.PRCTL, PR_SET_PDEATHSIG, SIGKILL);
        Label done = a.label("done");
        long in = a.buffer(CHUNK);
        Step take = a.call("take input", Syscall.READ, STDIN, in, CHUNK).onZero(done);
        a.call("send", Syscall.WRITE, SOCKET, in, 0).take(2, take);
        a.jump(take.start());
        a.place(done);
        a.call("no more input", Syscall.SHUTDOWN, SOCKET, SHUT_WR).ignoringErrors();
        a.exit(0);

        String message = "cntr-relay: nobody listens on " + socketPath
                + ": the agent of this node is not running; see: kubectl -n cntr-system get pods -o wide\n";
        a.place(unreachable);
        a.call("say so", Syscall.WRITE, STDERR, a.string(message), message.getBytes(StandardCharsets.UTF_8).length)
                .ignoringErrors();
        a.place(broken);
        a.exit(UNREACHABLE);
        return a.assemble();
    }
}
