package dev.cntr.fuse.wire;

import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import java.util.HexFormat;

/**
 * Messages as a C compiler lays them out from {@code linux/fuse.h} on a little-endian machine: requests with unique
 * 0x1122334455667788 of node 0x99 by user 1000, group 2000, pid 77.
 */
public final class Recorded {
    public static final String INIT = "680000001a00000088776655443322119900000000000000e8030000d0070000"
            + "4d00000000000000070000002d00000000000200fbffff73fd05000000000000"
            + "0000000000000000000000000000000000000000000000000000000000000000"
            + "0000000000000000";

    public static final String LOOKUP =
            "2e00000001000000080000000000000001000000000000000000000000000000" + "000000000000000068656c6c6f00";

    public static final String INTERRUPT = "3000000024000000" + "00".repeat(32) + "4200000000000000";

    static final String BATCH_FORGET = "500000002a000000000000000000000000000000000000000000000000000000"
            + "000000000000000002000000000000000a000000000000000100000000000000"
            + "0b000000000000000200000000000000";

    static final String DIRENTPLUS = "0100000000000000020000000000000003000000000000000400000000000000"
            + "05000000060000000b000000000000000c000000000000000d00000000000000"
            + "0e000000000000000f0000000000000010000000000000001100000012000000"
            + "13000000a4810000140000001500000016000000170000001800000000000000"
            + "1f000000000000002000000000000000050000000800000068656c6c6f000000";

    private static final String HEADER =
            "540000001000000088776655443322119900000000000000e8030000d00700004d00000000000000";

    private Recorded() {}

    /** A request: the opcode's number and its body. */
    static long request(Scratch s, int opcode, String body) {
        byte[] header = HexFormat.of().parseHex(HEADER);
        byte[] rest = HexFormat.of().parseHex(body);
        long at = s.allocate(header.length + rest.length);
        Memory.copy(header, 0, at, header.length);
        Memory.copy(rest, 0, at + header.length, rest.length);
        Memory.putInt(at, header.length + rest.length);
        Memory.putInt(at + 4, opcode);
        return at;
    }

    public static long load(Scratch s, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        long at = s.allocate(bytes.length);
        Memory.copy(bytes, 0, at, bytes.length);
        return at;
    }

    public static String hex(long at, int bytes) {
        return HexFormat.of().formatHex(Memory.bytes(at, bytes));
    }
}
