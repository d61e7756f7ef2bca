package dev.cntr.linux;

/** The running kernel through {@link Jni}: the result of a system call comes as the kernel gives it. */
final class JniKernel implements Kernel {
    static final Kernel INSTANCE = new JniKernel();

    private JniKernel() {}

    @Override
    public long call(Syscall call, long a, long b, long c, long d, long e, long f) {
        return Jni.syscall(call.number, a, b, c, d, e, f);
    }
}
