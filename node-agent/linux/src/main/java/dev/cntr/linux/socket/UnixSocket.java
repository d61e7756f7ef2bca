package dev.cntr.linux.socket;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Stream sockets of the unix family, unix(7): who is at the other end, and the descriptors that come from there. */
public final class UnixSocket {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SOCK_CLOEXEC = 0x80000;
    /** {@code sun_path} with its zero. */
    private static final int LONGEST_PATH = 108;

    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int SIZEOF_MSGHDR = 56;
    private static final int SIZEOF_CMSGHDR = 16;

    private UnixSocket() {}

    /**
     * Who connected, as it was then, {@code SO_PEERCRED}.
     *
     * @param pid in this process's pid namespace; 0 where it is in none that is seen from here
     * @param uid its effective user as this process's user namespace counts it
     */
    public record Peer(int pid, long uid) {}

    /**
     * A {@code struct sockaddr_un}.
     *
     * @throws IllegalArgumentException where the path has more than 107 bytes
     */
    public static byte[] address(String path) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= LONGEST_PATH) {
            throw new IllegalArgumentException("a socket's path has at most 107 bytes: " + path);
        }
        return ByteBuffer.allocate(2 + name.length + 1)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) AF_UNIX)
                .put(name)
                .array();
    }

    /**
     * Listens at a name in an open directory.
     *
     * @param backlog how many may wait to be accepted
     */
    public static Fd listen(Fd directory, String name, int mode, int backlog) {
        Kernel kernel = Kernel.current();
        Fd socket = Fd.of(kernel.call(Syscall.SOCKET, AF_UNIX, SOCK_STREAM_CLOEXEC, 0), Syscall.SOCKET, name);
        try (Scratch s = new Scratch()) {
            byte[] address = address("/proc/self/fd/" + directory.number() + "/" + name);
            long r = kernel.call(Syscall.BIND, socket.number(), s.bytes(address), address.length);
            ErrnoException.check(r, Syscall.BIND, name);
            r = kernel.call(Syscall.FCHMODAT, directory.number(), s.string(name), mode);
            ErrnoException.check(r, Syscall.FCHMODAT, name);
            r = kernel.call(Syscall.LISTEN, socket.number(), backlog);
            ErrnoException.check(r, Syscall.LISTEN, name);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Connects to who listens at a path.
     *
     * @throws ErrnoException ECONNREFUSED where a process listened there that has ended
     */
    public static Fd connect(String path) {
        Kernel kernel = Kernel.current();
        Fd socket = Fd.of(kernel.call(Syscall.SOCKET, AF_UNIX, SOCK_STREAM_CLOEXEC, 0), Syscall.SOCKET, path);
        try (Scratch s = new Scratch()) {
            byte[] address = address(path);
            long r = kernel.call(Syscall.CONNECT, socket.number(), s.bytes(address), address.length);
            ErrnoException.check(r, Syscall.CONNECT, path);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Takes the connection that waits, accept4(2). */
    public static Fd accept(Fd listening) {
        long r = Kernel.current().call(Syscall.ACCEPT4, listening.number(), 0, 0, SOCK_CLOEXEC);
        return Fd.of(r, Syscall.ACCEPT4, "a connection");
    }

    /** Who is at the other end. */
    public static Peer peer(Fd connection) {
        try (Scratch s = new Scratch()) {
            long ucred = s.allocate(16);
            long length = s.ints(12);
            long r = Kernel.current()
                    .call(Syscall.GETSOCKOPT, connection.number(), SOL_SOCKET, SO_PEERCRED, ucred, length);
            ErrnoException.check(r, Syscall.GETSOCKOPT, "SO_PEERCRED");
            return new Peer(Memory.getInt(ucred), Integer.toUnsignedLong(Memory.getInt(ucred + 4)));
        }
    }

    /**
     * Receives one byte with the descriptors that were sent along, {@code SCM_RIGHTS}; blocks until there is one.
     *
     * @param most how many descriptors are taken; the kernel closes what comes beyond that
     * @return they are the caller's; empty also where the other end has closed
     */
    public static List<Fd> receive(Fd connection, int most) {
        try (Scratch s = new Scratch()) {
            int room = SIZEOF_CMSGHDR + (4 * most + 7 & ~7);
            long control = s.allocate(room);
            long iov = s.longs(s.allocate(8), 1);
            long msg = s.allocate(SIZEOF_MSGHDR);
            Memory.putLong(msg + 16, iov);
            Memory.putLong(msg + 24, 1);
            Memory.putLong(msg + 32, control);
            Memory.putLong(msg + 40, room);
            long r = Kernel.current().call(Syscall.RECVMSG, connection.number(), msg, MSG_CMSG_CLOEXEC);
            ErrnoException.check(r, Syscall.RECVMSG, "descriptors");
            List<Fd> received = new ArrayList<>();
            boolean rights = Memory.getLong(msg + 40) >= SIZEOF_CMSGHDR
                    && Memory.getInt(control + 8) == SOL_SOCKET
                    && Memory.getInt(control + 12) == SCM_RIGHTS;
            long bytes = rights ? Memory.getLong(control) - SIZEOF_CMSGHDR : 0;
            for (int at = 0; at < bytes; at += 4) {
                received.add(Fd.of(Memory.getInt(control + SIZEOF_CMSGHDR + at), Syscall.RECVMSG, "descriptors"));
            }
            return received;
        }
    }
}
