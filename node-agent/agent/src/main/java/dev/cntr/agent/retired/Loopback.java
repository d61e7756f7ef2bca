package dev.cntr.agent.retired;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The loopback interface of this network namespace: CNI's plugin takes it down when it takes the pod's network away. */
final class Loopback {
    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int SIOCSIFFLAGS = 0x8914;
    private static final short IFF_UP_RUNNING = 0x1 | 0x40;
    private static final int SIZEOF_IFREQ = 40;
    private static final int IFNAMSIZ = 16;

    private Loopback() {}

    /** Brings it up, netdevice(7); where it is already, nothing happens. */
    static void up() {
        byte[] request = ByteBuffer.allocate(SIZEOF_IFREQ)
                .order(ByteOrder.nativeOrder())
                .put("lo".getBytes(StandardCharsets.US_ASCII))
                .position(IFNAMSIZ)
                .putShort(IFF_UP_RUNNING)
                .array();
        try (Fd socket = Fd.of(
                        Kernel.current().call(Syscall.SOCKET, AF_INET, SOCK_DGRAM_CLOEXEC, 0),
                        Syscall.SOCKET,
                        "for the loopback interface");
                Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.IOCTL, socket.number(), SIOCSIFFLAGS, s.bytes(request));
            ErrnoException.check(r, Syscall.IOCTL, "SIOCSIFFLAGS of lo");
        }
    }
}
