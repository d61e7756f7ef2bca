package dev.cntr.linux.program;

import dev.cntr.linux.Architecture;
import java.util.HexFormat;

/**
 * The machine code that runs a program: it loads a record into the registers, makes the system call, stores the result
 * where the record says, takes the successor for a positive result, for zero or for an error ({@code -4095..-1}), and
 * goes on for ever. Each listing is the source of its bytes: what stands before the colon is what runs.
 */
final class Interpreter {
    /** Where the first record lies: the address in the first instructions of both listings. */
    static final long BASE = 0x10000200L;

    private static final String X86_64 = """
            bb 00 02 00 10      : mov   ebx, 0x10000200
            48 8b 03            : next: mov rax, [rbx]        # number
            48 8b 7b 08         : mov   rdi, [rbx + 8]
            48 8b 73 10         : mov   rsi, [rbx + 16]
            48 8b 53 18         : mov   rdx, [rbx + 24]
            4c 8b 53 20         : mov   r10, [rbx + 32]
            4c 8b 43 28         : mov   r8,  [rbx + 40]
            4c 8b 4b 30         : mov   r9,  [rbx + 48]
            0f 05               : syscall
            48 8b 4b 38         : mov   rcx, [rbx + 56]       # where the result goes
            48 89 01            : mov   [rcx], rax
            48 8b 53 40         : mov   rdx, [rbx + 64]       # successor of a positive result
            48 85 c0            : test  rax, rax
            48 0f 44 53 48      : cmovz rdx, [rbx + 72]       # ... of zero
            48 3d 01 f0 ff ff   : cmp   rax, -4095
            48 0f 43 53 50      : cmovae rdx, [rbx + 80]      # ... of an error
            48 89 d3            : mov   rbx, rdx
            eb c0               : jmp   next
            """;

    private static final String AARCH64 = """
            13 40 80 d2         : movz  x19, #0x0200
            13 00 a2 f2         : movk  x19, #0x1000, lsl #16
            68 02 40 f9         : next: ldr x8, [x19]         // number
            60 86 40 a9         : ldp   x0, x1, [x19, #8]
            62 8e 41 a9         : ldp   x2, x3, [x19, #24]
            64 96 42 a9         : ldp   x4, x5, [x19, #40]
            01 00 00 d4         : svc   #0
            69 1e 40 f9         : ldr   x9, [x19, #56]        // where the result goes
            20 01 00 f9         : str   x0, [x9]
            6a 22 40 f9         : ldr   x10, [x19, #64]       // successor of a positive result
            6b 26 40 f9         : ldr   x11, [x19, #72]       // ... of zero
            1f 00 00 f1         : cmp   x0, #0
            6a 01 8a 9a         : csel  x10, x11, x10, eq
            6b 2a 40 f9         : ldr   x11, [x19, #80]       // ... of an error
            1f fc 3f b1         : cmn   x0, #4095
            6a 21 8a 9a         : csel  x10, x11, x10, cs
            f3 03 0a aa         : mov   x19, x10
            f1 ff ff 17         : b     next
            """;

    private Interpreter() {}

    /** The listing of an architecture: a line an instruction, its bytes before the colon. */
    static String listing(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> X86_64;
            case AARCH64 -> AARCH64;
        };
    }

    /** The code of an architecture, position-independent but for the address of the first record. */
    static byte[] code(Architecture architecture) {
        return assembled(listing(architecture));
    }

    /** The bytes of a listing. */
    static byte[] assembled(String listing) {
        StringBuilder hex = new StringBuilder();
        for (String line : listing.split("\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                hex.append(line, 0, colon);
            }
        }
        return HexFormat.of().parseHex(hex.toString().replace(" ", ""));
    }
}
