package dev.cntr.linux.program;

import dev.cntr.linux.Architecture;

/**
 * The machine code before the interpreter of a program that can execute its own arguments: it finds them on the stack as
 * execve(2) left it (their number, their addresses, a zero, the addresses of the environment, a zero), and stores the first
 * argument, the address of the list that begins with it, and that of the environment where a step takes them from.
 */
final class OwnArguments {
    private static final String X86_64 = """
            48 b8 ?? ?? ?? ?? ?? ?? ?? ?? : mov  rax, where to
            48 8b 0c 24         : mov   rcx, [rsp]            # how many, with the program's own name
            48 8d 54 24 10      : lea   rdx, [rsp + 16]       # the list without it
            48 89 50 08         : mov   [rax + 8], rdx
            48 8b 12            : mov   rdx, [rdx]
            48 89 10            : mov   [rax], rdx
            48 8d 54 cc 10      : lea   rdx, [rsp + 8 * rcx + 16]
            48 89 50 10         : mov   [rax + 16], rdx
            """;

    private static final String AARCH64 = """
            49 00 00 58         : ldr   x9, where             // to
            03 00 00 14         : b     start
            ?? ?? ?? ?? ?? ?? ?? ?? : where: .quad
            ea 03 40 f9         : start: ldr x10, [sp]        // how many, with the program's own name
            eb 43 00 91         : add   x11, sp, #16          // the list without it
            6c 01 40 f9         : ldr   x12, [x11]
            2c 2d 00 a9         : stp   x12, x11, [x9]
            6b 0d 0a 8b         : add   x11, x11, x10, lsl #3
            2b 09 00 f9         : str   x11, [x9, #16]
            """;

    private static final String ADDRESS = "?? ?? ?? ?? ?? ?? ?? ??";

    private OwnArguments() {}

    /** @param to where the three words go that execve(2) takes */
    static byte[] code(Architecture architecture, long to) {
        String listing = switch (architecture) {
            case X86_64 -> X86_64;
            case AARCH64 -> AARCH64;
        };
        return Interpreter.assembled(listing.replace(ADDRESS, "%016x".formatted(Long.reverseBytes(to))));
    }
}
