package dev.cntr.linux.program;

import dev.cntr.linux.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes a static ELF executable, elf(5): the interpreter as text, the records and their data as one writable segment at
 * {@link Interpreter#BASE}, the buffers as a segment that takes no room in the file, and a stack that is not executable.
 */
final class ElfWriter {
    /** Where buffers lie: apart from the records, so that an address is known before the last record is. */
    static final long BUFFERS = 0x20000000L;

    private static final long TEXT = 0x400000L;
    /** The largest page size of the architectures: addresses and file offsets are equal modulo this. */
    private static final long ALIGNMENT = 0x10000L;

    private static final int EHDR = 64;
    private static final int PHDR = 56;
    private static final int SEGMENTS = 4;
    private static final int CODE_OFFSET = EHDR + SEGMENTS * PHDR;
    private static final int DATA_OFFSET = (int) (Interpreter.BASE % ALIGNMENT);

    private static final int PT_LOAD = 1;
    private static final int PT_GNU_STACK = 0x6474e551;
    private static final int EXECUTE = 1;
    private static final int WRITE = 2;
    private static final int READ = 4;

    private ElfWriter() {}

    /**
     * The bytes of the executable.
     *
     * @param before what runs before the interpreter; nothing in most programs
     * @param data records and their data, to lie at {@link Interpreter#BASE}
     * @param bufferBytes how many zeroed bytes lie at {@link #BUFFERS}
     */
    static byte[] write(Architecture architecture, byte[] before, byte[] data, long bufferBytes) {
        byte[] code = Interpreter.code(architecture);
        int textBytes = CODE_OFFSET + before.length + code.length;
        if (textBytes > DATA_OFFSET) {
            throw new AssertionError("the interpreter runs into the data");
        }
        ByteBuffer elf = ByteBuffer.allocate(DATA_OFFSET + data.length).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2 /* 64 bit */, 1 /* little-endian */, 1 /* version */});
        elf.position(16)
                .putShort((short) 2) // ET_EXEC
                .putShort((short) architecture.elfMachine())
                .putInt(1)
                .putLong(TEXT + CODE_OFFSET) // entry
                .putLong(EHDR) // program headers
                .putLong(0) // no sections
                .putInt(0)
                .putShort((short) EHDR)
                .putShort((short) PHDR)
                .putShort((short) SEGMENTS);
        elf.position(EHDR);
        segment(elf, PT_LOAD, READ | EXECUTE, 0, TEXT, textBytes, textBytes);
        segment(elf, PT_LOAD, READ | WRITE, DATA_OFFSET, Interpreter.BASE, data.length, data.length);
        segment(elf, bufferBytes == 0 ? 0 : PT_LOAD, READ | WRITE, 0, BUFFERS, 0, bufferBytes);
        segment(elf, PT_GNU_STACK, READ | WRITE, 0, 0, 0, 0);
        elf.put(before).put(code);
        elf.position(DATA_OFFSET);
        elf.put(data);
        return elf.array();
    }

    private static void segment(ByteBuffer elf, int type, int flags, long offset, long at, long inFile, long inMemory) {
        elf.putInt(type).putInt(flags).putLong(offset).putLong(at).putLong(at);
        elf.putLong(inFile).putLong(inMemory).putLong(ALIGNMENT);
    }
}
