package dev.cntr.linux;

/**
 * The system call interface of one thread: six words in, one word out. Every system call of the resident programs goes
 * through here, so that a test can put a recording double in its place.
 *
 * <p>An instance belongs to the thread that asked for it ({@link #current()}): it holds that thread's errno.
 */
public interface Kernel {

    /**
     * Makes a system call, syscall(2).
     *
     * @return the result, or the negative errno
     */
    long call(Syscall call, long a, long b, long c, long d, long e, long f);

    default long call(Syscall call) {
        return call(call, 0, 0, 0, 0, 0, 0);
    }

    default long call(Syscall call, long a) {
        return call(call, a, 0, 0, 0, 0, 0);
    }

    default long call(Syscall call, long a, long b) {
        return call(call, a, b, 0, 0, 0, 0);
    }

    default long call(Syscall call, long a, long b, long c) {
        return call(call, a, b, c, 0, 0, 0);
    }

    default long call(Syscall call, long a, long b, long c, long d) {
        return call(call, a, b, c, d, 0, 0);
    }

    default long call(Syscall call, long a, long b, long c, long d, long e) {
        return call(call, a, b, c, d, e, 0);
    }

    /** The running kernel, as seen from the calling thread. Keep it in a field where calls are frequent. */
    static Kernel current() {
        return Jni.loaded() ? JniKernel.INSTANCE : LinuxKernel.CURRENT.get();
    }
}
