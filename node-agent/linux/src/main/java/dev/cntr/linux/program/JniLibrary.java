package dev.cntr.linux.program;

import dev.cntr.linux.Architecture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the shared library of {@link dev.cntr.linux.Jni}, elf(5): two functions that move their arguments to where the kernel
 * or a C function expects them. What Java passes is a JNIEnv and a class, which nobody needs, then seven words.
 */
public final class JniLibrary {
    private static final String SYSCALL = "Java_dev_cntr_linux_Jni_syscall";
    private static final String FUNCTION = "Java_dev_cntr_linux_Jni_function";

    private static final String X86_64_SYSCALL = """
            48 89 d0            : mov   rax, rdx              # number
            48 89 cf            : mov   rdi, rcx
            4c 89 c6            : mov   rsi, r8
            4c 89 ca            : mov   rdx, r9
            4c 8b 54 24 08      : mov   r10, [rsp + 8]
            4c 8b 44 24 10      : mov   r8,  [rsp + 16]
            4c 8b 4c 24 18      : mov   r9,  [rsp + 24]
            0f 05               : syscall
            c3                  : ret
            """;

    private static final String X86_64_FUNCTION = """
            48 89 d0            : mov   rax, rdx              # address
            48 89 cf            : mov   rdi, rcx
            4c 89 c6            : mov   rsi, r8
            4c 89 ca            : mov   rdx, r9
            48 8b 4c 24 08      : mov   rcx, [rsp + 8]
            4c 8b 44 24 10      : mov   r8,  [rsp + 16]
            4c 8b 4c 24 18      : mov   r9,  [rsp + 24]
            ff e0               : jmp   rax
            """;

    private static final String AARCH64_SYSCALL = """
            e8 03 02 aa         : mov   x8, x2                // number
            e0 03 03 aa         : mov   x0, x3
            e1 03 04 aa         : mov   x1, x4
            e2 03 05 aa         : mov   x2, x5
            e3 03 06 aa         : mov   x3, x6
            e4 03 07 aa         : mov   x4, x7
            e5 03 40 f9         : ldr   x5, [sp]
            01 00 00 d4         : svc   #0
            c0 03 5f d6         : ret
            """;

    private static final String AARCH64_FUNCTION = """
            f0 03 02 aa         : mov   x16, x2               // address
            e0 03 03 aa         : mov   x0, x3
            e1 03 04 aa         : mov   x1, x4
            e2 03 05 aa         : mov   x2, x5
            e3 03 06 aa         : mov   x3, x6
            e4 03 07 aa         : mov   x4, x7
            e5 03 40 f9         : ldr   x5, [sp]
            00 02 1f d6         : br    x16
            """;

    private static final int EHDR = 64;
    private static final int PHDR = 56;
    private static final int SEGMENTS = 4;
    private static final int SYMBOL = 24;
    /** The largest page size of the architectures: what is written is that far from what is executed. */
    private static final long ALIGNMENT = 0x10000L;

    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int EXECUTE = 1;
    private static final int WRITE = 2;
    private static final int READ = 4;

    private static final int DT_HASH = 4;
    private static final int DT_STRTAB = 5;
    private static final int DT_SYMTAB = 6;
    private static final int DT_STRSZ = 10;
    private static final int DT_SYMENT = 11;
    private static final byte GLOBAL_FUNCTION = 0x12;

    private JniLibrary() {}

    /** Writes the library for this machine into the file that is named. */
    public static void main(String[] arguments) throws IOException {
        Files.write(Path.of(arguments[0]), bytes(Architecture.current()));
    }

    static String listing(Architecture architecture, boolean syscall) {
        return switch (architecture) {
            case X86_64 -> syscall ? X86_64_SYSCALL : X86_64_FUNCTION;
            case AARCH64 -> syscall ? AARCH64_SYSCALL : AARCH64_FUNCTION;
        };
    }

    /** The bytes of the library. */
    static byte[] bytes(Architecture architecture) {
        byte[] syscall = Interpreter.assembled(listing(architecture, true));
        byte[] function = Interpreter.assembled(listing(architecture, false));
        byte[] names = ("\0" + SYSCALL + "\0" + FUNCTION + "\0").getBytes(StandardCharsets.US_ASCII);

        int symbols = EHDR + SEGMENTS * PHDR;
        int hash = symbols + 3 * SYMBOL;
        int strings = hash + 6 * Integer.BYTES;
        int code = aligned(strings + names.length);
        int functionCode = aligned(code + syscall.length);
        int dynamic = aligned(functionCode + function.length);
        int end = dynamic + 6 * 2 * Long.BYTES;

        ByteBuffer elf = ByteBuffer.allocate(end).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2 /* 64 bit */, 1 /* little-endian */, 1 /* version */});
        elf.position(16)
                .putShort((short) 3) // ET_DYN
                .putShort((short) architecture.elfMachine())
                .putInt(1)
                .putLong(0) // no entry
                .putLong(EHDR) // program headers
                .putLong(0) // no sections
                .putInt(0)
                .putShort((short) EHDR)
                .putShort((short) PHDR)
                .putShort((short) SEGMENTS);
        elf.position(EHDR);
        long writable = ALIGNMENT + dynamic;
        segment(elf, PT_LOAD, READ | EXECUTE, 0, 0, dynamic);
        segment(elf, PT_LOAD, READ | WRITE, dynamic, writable, end - dynamic);
        segment(elf, PT_DYNAMIC, READ | WRITE, dynamic, writable, end - dynamic);
        segment(elf, PT_GNU_STACK, READ | WRITE, 0, 0, 0);
        elf.put(new byte[SYMBOL]); // the first one is none
        symbol(elf, 1, code, syscall.length);
        symbol(elf, 2 + SYSCALL.length(), functionCode, function.length);
        for (int word : new int[] {1, 3, 1, 0, 2, 0}) { // one bucket; its chain is symbol 1, then 2
            elf.putInt(word);
        }
        elf.put(names);
        elf.position(code).put(syscall);
        elf.position(functionCode).put(function);
        elf.position(dynamic);
        for (long[] entry : List.of(
                new long[] {DT_HASH, hash},
                new long[] {DT_STRTAB, strings},
                new long[] {DT_SYMTAB, symbols},
                new long[] {DT_STRSZ, names.length},
                new long[] {DT_SYMENT, SYMBOL},
                new long[] {0, 0})) {
            elf.putLong(entry[0]).putLong(entry[1]);
        }
        return elf.array();
    }

    private static int aligned(int offset) {
        return (offset + 15) & -16;
    }

    private static void segment(ByteBuffer elf, int type, int flags, long offset, long at, long size) {
        elf.putInt(type).putInt(flags).putLong(offset).putLong(at).putLong(at);
        elf.putLong(size).putLong(size).putLong(type == PT_LOAD ? ALIGNMENT : 16);
    }

    private static void symbol(ByteBuffer elf, int name, long at, long size) {
        elf.putInt(name).put(GLOBAL_FUNCTION).put((byte) 0).putShort((short) 1);
        elf.putLong(at).putLong(size);
    }
}
