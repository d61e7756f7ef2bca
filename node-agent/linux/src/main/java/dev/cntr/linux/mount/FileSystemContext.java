package dev.cntr.linux.mount;

import dev.cntr.linux.Errno;
import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import dev.cntr.linux.Syscall;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;

/**
 * A file system in the making: fsopen(2), parameters by fsconfig(2), then {@link #mount}. The kernel's own explanation of
 * a refusal is part of the exception's message.
 */
public final class FileSystemContext implements AutoCloseable {
    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int SET_FLAG = 0;
    private static final int SET_STRING = 1;
    private static final int SET_FD = 5;
    private static final int CREATE = 6;
    private static final int LOG_LINE = 1024;

    private final String type;
    private final Fd fd;

    private FileSystemContext(String type, Fd fd) {
        this.type = type;
        this.fd = fd;
    }

    /** Begins a file system of a type of /proc/filesystems: {@code fuse}, {@code tmpfs}, {@code fusectl}, ... */
    public static FileSystemContext open(String type) {
        try (Scratch s = new Scratch()) {
            long r = Kernel.current().call(Syscall.FSOPEN, s.string(type), FSOPEN_CLOEXEC);
            return new FileSystemContext(type, Fd.of(r, Syscall.FSOPEN, type));
        }
    }

    /** Sets a parameter with a value, as {@code key=value} of mount(8). */
    public FileSystemContext set(String key, String value) {
        try (Scratch s = new Scratch()) {
            configure(SET_STRING, key, s.string(key), s.string(value), 0);
        }
        return this;
    }

    /** Sets a parameter without a value, as {@code ro} of mount(8). */
    public FileSystemContext set(String flag) {
        try (Scratch s = new Scratch()) {
            configure(SET_FLAG, flag, s.string(flag), 0, 0);
        }
        return this;
    }

    /** Sets a parameter to an open file. Old kernels take FUSE's {@code fd} only as a number: {@link #set(String, String)}. */
    public FileSystemContext set(String key, Fd value) {
        try (Scratch s = new Scratch()) {
            configure(SET_FD, key, s.string(key), 0, value.number());
        }
        return this;
    }

    /** Makes the superblock and a mount of it that is attached nowhere yet. */
    public Mount mount(Collection<MountAttribute> attributes) {
        configure(CREATE, "", 0, 0, 0);
        long r = Kernel.current().call(Syscall.FSMOUNT, fd.number(), FSMOUNT_CLOEXEC, MountAttribute.bits(attributes));
        return new Mount(Fd.of(r, Syscall.FSMOUNT, type + log()));
    }

    /** As {@link #mount(Collection)}. */
    public Mount mount(MountAttribute... attributes) {
        return mount(List.of(attributes));
    }

    private void configure(int command, String key, long keyAddress, long value, int aux) {
        long r = Kernel.current().call(Syscall.FSCONFIG, fd.number(), command, keyAddress, value, aux);
        if (r < 0) {
            String what = key.isEmpty() ? type : type + " " + key;
            throw new ErrnoException(Syscall.FSCONFIG.call(), Errno.of(-r), what + log());
        }
    }

    /** The messages that the kernel keeps for the context's owner, each {@code e text}, {@code w text} or {@code i text}. */
    private String log() {
        StringJoiner lines = new StringJoiner("; ", " (the kernel says: ", ")").setEmptyValue("");
        try (Scratch s = new Scratch()) {
            long buffer = s.allocate(LOG_LINE);
            long n = Kernel.current().call(Syscall.READ, fd.number(), buffer, LOG_LINE);
            while (n > 0) {
                lines.add(new String(Memory.bytes(buffer, (int) n), StandardCharsets.UTF_8).strip());
                n = Kernel.current().call(Syscall.READ, fd.number(), buffer, LOG_LINE);
            }
        }
        return lines.toString();
    }

    @Override
    public void close() {
        fd.close();
    }
}
