package dev.cntr.engine.lxc;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Poll;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Asks the monitor of one container. A request is a {@code struct lxc_cmd_req}, an answer a {@code struct lxc_cmd_rsp}: a
 * 32-bit command or result, the 32-bit length of what follows, and a pointer, which carries a number instead. The request
 * must come with credentials (SCM_CREDENTIALS, unix(7)): a monitor answers its own user and root only.
 */
final class CommandSocket {
    static final int GET_STATE = 3;
    static final int GET_INIT_PID = 4;

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int MESSAGE = 16;

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_CREDENTIALS = 2;
    private static final int MSG_NOSIGNAL = 0x4000;

    // struct msghdr and struct cmsghdr of a 64-bit machine, recvmsg(2), cmsg(3)
    private static final int MSGHDR = 56;
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int CMSG_HEADER = 16;
    private static final int UCRED = 12;

    private CommandSocket() {}

    /**
     * Makes a request without data.
     *
     * @param name of the socket, without the zero before it
     * @return what the pointer of the answer carries
     * @throws ErrnoException ECONNREFUSED where nobody listens; EPROTO where the answer is none; ETIMEDOUT; else as the
     *     monitor answers
     */
    static long ask(String name, int command) {
        try (Scratch s = new Scratch();
                Fd socket = connected(s, name)) {
            send(s, socket, name, command);
            return receive(s, socket, name);
        }
    }

    private static Fd connected(Scratch s, String name) {
        Kernel kernel = Kernel.current();
        Fd socket = Fd.of(kernel.call(Syscall.SOCKET, AF_UNIX, SOCK_STREAM_CLOEXEC, 0), Syscall.SOCKET, name);
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        byte[] address = new byte[2 + 1 + path.length];
        address[0] = AF_UNIX;
        System.arraycopy(path, 0, address, 3, path.length);
        try {
            long r = kernel.call(Syscall.CONNECT, socket.number(), s.bytes(address), address.length);
            ErrnoException.check(r, Syscall.CONNECT, "@" + name);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static void send(Scratch s, Fd socket, String name, int command) {
        long request = s.allocate(MESSAGE, 8);
        Memory.putInt(request, command);
        Memory.putInt(request + 4, 0);
        Memory.putLong(request + 8, 0);
        long control = s.allocate(CMSG_HEADER + 16, 8);
        Memory.putLong(control, CMSG_HEADER + UCRED);
        Memory.putInt(control + 8, SOL_SOCKET);
        Memory.putInt(control + 12, SCM_CREDENTIALS);
        Kernel kernel = Kernel.current();
        Memory.putInt(control + 16, (int) ProcessHandle.current().pid());
        Memory.putInt(control + 20, (int) kernel.call(Syscall.GETEUID));
        Memory.putInt(control + 24, (int) kernel.call(Syscall.GETEGID));
        long message = s.allocate(MSGHDR, 8);
        Memory.clear(message, MSGHDR);
        Memory.putLong(message + MSG_IOV, s.longs(request, MESSAGE));
        Memory.putLong(message + MSG_IOVLEN, 1);
        Memory.putLong(message + MSG_CONTROL, control);
        Memory.putLong(message + MSG_CONTROLLEN, CMSG_HEADER + 16);
        long r = kernel.call(Syscall.SENDMSG, socket.number(), message, MSG_NOSIGNAL);
        ErrnoException.check(r, Syscall.SENDMSG, "@" + name);
    }

    private static long receive(Scratch s, Fd socket, String name) {
        long answer = s.allocate(MESSAGE, 8);
        long end = System.nanoTime() + LIMIT.toNanos();
        for (int got = 0; got < MESSAGE; ) {
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            if (Poll.await(socket, Poll.IN, left) == 0) {
                throw new ErrnoException("read", Errno.ETIMEDOUT, "@" + name);
            }
            long n = Kernel.current().call(Syscall.READ, socket.number(), answer + got, MESSAGE - got);
            if (ErrnoException.check(n, Syscall.READ, "@" + name) == 0) {
                throw new ErrnoException("read", Errno.EPROTO, "@" + name);
            }
            got += (int) n;
        }
        int result = Memory.getInt(answer);
        if (result < 0) {
            throw new ErrnoException("LXC command", Errno.of(-(long) result), "@" + name);
        }
        return Memory.getLong(answer + 8);
    }
}
