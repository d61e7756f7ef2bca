package dev.cntr.kubectl.terminal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.cntr.protocol.WindowSize;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * A terminal by termios(3) and TIOCGWINSZ, ioctl_tty(2). The layout of {@code struct termios} is left to the C library:
 * what tcgetattr(3) fills, cfmakeraw(3) changes and tcsetattr(3) reads.
 */
final class LibcTerminal implements Terminal {
    private static final int STDIN = 0;

    /** Longer than {@code struct termios} on any system: 60 bytes on Linux, 72 on macOS. */
    private static final int TERMIOS = 256;

    /** At once, without throwing away what was typed ahead. */
    private static final int TCSANOW = 0;

    private static final long TIOCGWINSZ_LINUX = 0x5413;
    private static final long TIOCGWINSZ_MACOS = 0x40087468;

    private final MethodHandle tcsetattr;
    private final MethodHandle cfmakeraw;
    private final MethodHandle ioctl;
    private final long tiocgwinsz;
    private final MemorySegment found = Arena.ofAuto().allocate(TERMIOS, Long.BYTES);
    private boolean changed;

    LibcTerminal() {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor onTermios = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);
        MethodHandle tcgetattr = handle(linker, "tcgetattr", onTermios);
        tcsetattr = handle(linker, "tcsetattr", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
        cfmakeraw = handle(linker, "cfmakeraw", FunctionDescriptor.ofVoid(ADDRESS));
        ioctl = handle(
                linker,
                "ioctl",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                Linker.Option.firstVariadicArg(2));
        tiocgwinsz = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac")
                ? TIOCGWINSZ_MACOS
                : TIOCGWINSZ_LINUX;
        try {
            check((int) tcgetattr.invokeExact(STDIN, found), "tcgetattr");
        } catch (Throwable e) {
            throw failed("tcgetattr", e);
        }
    }

    @Override
    public WindowSize size() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment winsize = arena.allocate(4 * JAVA_SHORT.byteSize(), JAVA_SHORT.byteAlignment());
            if ((int) ioctl.invokeExact(STDIN, tiocgwinsz, winsize) != 0) {
                return WindowSize.NONE;
            }
            int rows = Short.toUnsignedInt(winsize.getAtIndex(JAVA_SHORT, 0));
            int columns = Short.toUnsignedInt(winsize.getAtIndex(JAVA_SHORT, 1));
            return new WindowSize(columns, rows);
        } catch (Throwable e) {
            throw failed("ioctl TIOCGWINSZ", e);
        }
    }

    @Override
    public synchronized void raw() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment raw = arena.allocate(TERMIOS, Long.BYTES).copyFrom(found);
            cfmakeraw.invokeExact(raw);
            changed = true;
            check((int) tcsetattr.invokeExact(STDIN, TCSANOW, raw), "tcsetattr");
        } catch (Throwable e) {
            throw failed("tcsetattr", e);
        }
    }

    @Override
    public synchronized void restore() {
        if (!changed) {
            return;
        }
        changed = false;
        try {
            check((int) tcsetattr.invokeExact(STDIN, TCSANOW, found), "tcsetattr");
        } catch (Throwable e) {
            throw failed("tcsetattr", e);
        }
    }

    private static MethodHandle handle(
            Linker linker, String name, FunctionDescriptor descriptor, Linker.Option... options) {
        MemorySegment function = linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new IllegalStateException("this system's C library has no " + name));
        return linker.downcallHandle(function, descriptor, options);
    }

    private static void check(int result, String call) {
        if (result != 0) {
            throw new IllegalStateException("standard input is no terminal: " + call + " failed on it");
        }
    }

    /** A method handle may throw anything; nothing but an unchecked exception can come out of these. */
    private static RuntimeException failed(String call, Throwable e) {
        return e instanceof RuntimeException known ? known : new IllegalStateException(call + " failed", e);
    }
}
