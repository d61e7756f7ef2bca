package dev.cntr.oci.console;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import dev.cntr.oci.OciException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The unix socket that an engine listens on for the master of a container's terminal. */
public final class ConsoleSocket {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    /** {@code sun_path} with its zero, unix(7). */
    private static final int LONGEST_PATH = 108;

    private ConsoleSocket() {}

    /**
     * Connects to it. A path that is too long for an address goes through a descriptor of its directory.
     *
     * @throws OciException when nobody listens
     */
    public static Fd connect(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        if (absolute.getParent() == null) {
            throw new OciException("the console socket " + path + " is a directory");
        }
        try (Fd directory = Fd.open(absolute.getParent().toString(), OpenFlag.O_PATH, OpenFlag.O_DIRECTORY)) {
            String address = "/proc/self/fd/" + directory.number() + "/" + absolute.getFileName();
            return connect(address);
        } catch (ErrnoException e) {
            throw new OciException("cannot connect to the console socket " + path + ": " + e.getMessage(), e);
        }
    }

    private static Fd connect(String address) {
        byte[] path = address.getBytes(StandardCharsets.UTF_8);
        if (path.length >= LONGEST_PATH) {
            throw new OciException("the name of the console socket is too long: " + address);
        }
        Kernel kernel = Kernel.current();
        Fd socket = Fd.of(kernel.call(Syscall.SOCKET, AF_UNIX, SOCK_STREAM_CLOEXEC, 0), Syscall.SOCKET, "");
        try (Scratch s = new Scratch()) {
            long sockaddr = s.allocate(2 + LONGEST_PATH);
            Memory.putShort(sockaddr, AF_UNIX);
            Memory.copy(path, 0, sockaddr + 2, path.length);
            long r = kernel.call(Syscall.CONNECT, socket.number(), sockaddr, 2 + path.length + 1);
            ErrnoException.check(r, Syscall.CONNECT, address);
            return socket;
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
