package dev.cntr.linux;

import org.jspecify.annotations.Nullable;

/**
 * Calls of the kernel and of libc through a library of two functions, which {@code dev.cntr.linux.program.JniLibrary} writes.
 * A short-lived program has it, because the JDK compiles its own way out of Java ({@code java.lang.foreign}) anew in each
 * process, which takes more time than all else that such a program does. Without it nothing is missing.
 */
public final class Jni {
    /** The system property that names the file. */
    public static final String PROPERTY = "cntr.library";

    private static final boolean LOADED = load(System.getProperty(PROPERTY));

    private Jni() {}

    private static boolean load(@Nullable String file) {
        if (file == null) {
            return false;
        }
        try {
            System.load(file);
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false; // not of this architecture, or not there
        }
    }

    /** Whether the functions can be called. */
    public static boolean loaded() {
        return LOADED;
    }

    /** Makes a system call; gives its result or the negative errno. */
    static native long syscall(long number, long a, long b, long c, long d, long e, long f);

    /** Calls a C function that takes up to six words; what it gives is in the low bits where it gives less than a word. */
    public static native long function(long address, long a, long b, long c, long d, long e, long f);
}
