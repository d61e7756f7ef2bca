package dev.cntr.oci.lifecycle;

import dev.cntr.linux.At;
import dev.cntr.linux.OpenFlag;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.program.Assembler;
import dev.cntr.linux.terminal.WindowSize;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Emits the steps that make a container's terminal from its own devpts and send the master away, unix(7) SCM_RIGHTS. */
final class Console {
    // uapi/asm-generic/ioctls.h
    private static final long TIOCSPTLCK = 0x40045431L;
    private static final long TIOCGPTPEER = 0x5441L;
    private static final long TIOCSWINSZ = 0x5414L;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SIZEOF_CMSG = 24; // a header of 16 bytes, an int, padding

    private final Assembler a;
    private final Root root;

    Console(Assembler a, Root root) {
        this.a = a;
        this.root = root;
    }

    /**
     * Adds the steps; standard input, output and error are the terminal then.
     *
     * @param socket the descriptor to send the master through
     */
    void emit(int socket, WindowSize size, long uid) {
        int openFlags = OpenFlag.O_RDWR.bits(a.architecture()) | OpenFlag.O_NOCTTY.bits(a.architecture());
        root.keep(root.open("a new terminal", "/dev/pts/ptmx", openFlags), Root.PTY_MASTER);
        a.call("unlock it", Syscall.IOCTL, Root.PTY_MASTER, TIOCSPTLCK, a.ints(0));
        int rowsAndColumns = size.rows() | size.columns() << 16;
        a.call("its size", Syscall.IOCTL, Root.PTY_MASTER, TIOCSWINSZ, a.ints(rowsAndColumns, 0));
        root.keep(a.call("open it", Syscall.IOCTL, Root.PTY_MASTER, TIOCGPTPEER, openFlags), Root.PTY_SLAVE);
        root.make("/dev/console", Root.FILE);
        int flags = Root.OPEN_TREE_CLONE | root.cloexec | At.EMPTY_PATH;
        root.keep(a.call("clone it", Syscall.OPEN_TREE, Root.PTY_SLAVE, a.string(""), flags), Root.KEPT_MOUNT);
        root.attach("/dev/console");
        send(socket);
        for (int fd = 0; fd < 3; fd++) {
            a.call("standard stream " + fd, Syscall.DUP3, Root.PTY_SLAVE, fd, 0);
        }
        a.call("owner of the terminal", Syscall.FCHOWN, 0, uid, -1);
        a.call("close the master", Syscall.CLOSE, Root.PTY_MASTER);
        a.call("close the console socket", Syscall.CLOSE, socket);
    }

    private void send(int socket) {
        String name = "/dev/ptmx";
        long text = a.string(name);
        long iov = a.longs(text, name.length());
        ByteBuffer cmsg = ByteBuffer.allocate(SIZEOF_CMSG).order(ByteOrder.LITTLE_ENDIAN);
        cmsg.putLong(SIZEOF_CMSG - 4).putInt(SOL_SOCKET).putInt(SCM_RIGHTS).putInt(Root.PTY_MASTER);
        // struct msghdr: name, its length, iovecs, their number, control data, its length, flags
        long message = a.longs(0, 0, iov, 1, a.bytes(cmsg.array()), SIZEOF_CMSG, 0);
        a.call("send the terminal's master", Syscall.SENDMSG, socket, message, 0);
    }
}
