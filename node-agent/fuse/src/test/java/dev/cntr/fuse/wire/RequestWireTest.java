package dev.cntr.fuse.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests are read as they lie in memory. */
class RequestWireTest {
    private final Scratch memory = new Scratch();

    @AfterEach
    void free() {
        memory.close();
    }

    private static String text(long at, int length) {
        return new String(Memory.bytes(at, length), StandardCharsets.US_ASCII);
    }

    @Test
    void header() {
        long at = Recorded.load(memory, Recorded.INIT);

        assertThat(RequestHeader.length(at)).isEqualTo(104);
        assertThat(Opcode.of(RequestHeader.opcode(at))).isEqualTo(Opcode.INIT);
        assertThat(RequestHeader.unique(at)).isEqualTo(0x1122334455667788L);
        assertThat(RequestHeader.nodeId(at)).isEqualTo(0x99);
        assertThat(RequestHeader.uid(at)).isEqualTo(1000);
        assertThat(RequestHeader.gid(at)).isEqualTo(2000);
        assertThat(RequestHeader.pid(at)).isEqualTo(77);
        assertThat(RequestHeader.extensionWords(at)).isZero();
    }

    @Test
    void lookup() {
        long at = Recorded.load(memory, Recorded.LOOKUP);

        assertThat(Opcode.of(RequestHeader.opcode(at))).isEqualTo(Opcode.LOOKUP);
        assertThat(Memory.string(at + RequestHeader.BYTES)).isEqualTo("hello");
    }

    @Test
    void batchForget() {
        long in = Recorded.load(memory, Recorded.BATCH_FORGET) + RequestHeader.BYTES;

        assertThat(BatchForgetIn.count(in)).isEqualTo(2);
        assertThat(BatchForgetIn.nodeId(in, 1)).isEqualTo(11);
        assertThat(BatchForgetIn.lookups(in, 0)).isEqualTo(1);
        assertThat(BatchForgetIn.lookups(in, 1)).isEqualTo(2);
    }

    @Test
    void init() {
        long in = Recorded.load(
                memory,
                "070000002d00000000000200fbffff73fd050000000000000000000000000000"
                        + "0000000000000000000000000000000000000000000000000000000000000000");

        assertThat(InitIn.major(in)).isEqualTo(7);
        assertThat(InitIn.minor(in)).isEqualTo(45);
        assertThat(InitIn.maxReadahead(in)).isEqualTo(0x20000);
        assertThat(InitIn.flags(in)).isEqualTo(0x73fffffb);
        assertThat(InitIn.flags2(in)).isEqualTo(0x5fd);
    }

    @Test
    void write() {
        long in = Recorded.load(
                memory,
                "0500000000000000000000000100000004000000040000000600000000000000" + "028000000000000064617461");

        assertThat(WriteIn.handle(in)).isEqualTo(5L);
        assertThat(WriteIn.offset(in)).isEqualTo(0x1_0000_0000L);
        assertThat(WriteIn.size(in)).isEqualTo(4);
        assertThat(WriteIn.writeFlags(in)).isEqualTo(WriteIn.KILL_SUIDGID);
        assertThat(WriteIn.lockOwner(in)).isEqualTo(6L);
        assertThat(WriteIn.flags(in)).isEqualTo(0x8002);
        assertThat(text(WriteIn.data(in), 4)).isEqualTo("data");
    }

    @Test
    void readdirplus() {
        long in = Recorded.load(
                memory, "0500000000000000ffffffffffffff7f00100000000000000000000000000000" + "0080010000000000");

        assertThat(ReadIn.handle(in)).isEqualTo(5L);
        assertThat(ReadIn.offset(in)).isEqualTo(Long.MAX_VALUE);
        assertThat(ReadIn.size(in)).isEqualTo(4096);
        assertThat(ReadIn.readFlags(in)).isEqualTo(0);
        assertThat(ReadIn.lockOwner(in)).isEqualTo(0L);
        assertThat(ReadIn.flags(in)).isEqualTo(0x18000);
    }

    @Test
    void setattr() {
        long in = Recorded.load(
                memory,
                "0908000000000000010000000000000002000000000000000300000000000000"
                        + "0400000000000000050000000000000006000000000000000700000008000000"
                        + "09000000a4810000000000000b0000000c00000000000000");

        assertThat(SetattrIn.valid(in))
                .isEqualTo(SetattrIn.FATTR_MODE | SetattrIn.FATTR_SIZE | SetattrIn.FATTR_KILL_SUIDGID);
        assertThat(SetattrIn.handle(in)).isEqualTo(1L);
        assertThat(SetattrIn.size(in)).isEqualTo(2L);
        assertThat(SetattrIn.lockOwner(in)).isEqualTo(3L);
        assertThat(SetattrIn.atime(in)).isEqualTo(4L);
        assertThat(SetattrIn.mtime(in)).isEqualTo(5L);
        assertThat(SetattrIn.ctime(in)).isEqualTo(6L);
        assertThat(SetattrIn.atimeNanos(in)).isEqualTo(7);
        assertThat(SetattrIn.mtimeNanos(in)).isEqualTo(8);
        assertThat(SetattrIn.ctimeNanos(in)).isEqualTo(9);
        assertThat(SetattrIn.mode(in)).isEqualTo(0x81a4);
        assertThat(SetattrIn.uid(in)).isEqualTo(11);
        assertThat(SetattrIn.gid(in)).isEqualTo(12);
    }

    @Test
    void mknod() {
        long in = Recorded.load(memory, "802100000301000012000000000000006e00");

        assertThat(MknodIn.mode(in)).isEqualTo(0x2180);
        assertThat(MknodIn.device(in)).isEqualTo(0x103);
        assertThat(MknodIn.umask(in)).isEqualTo(0x12);
        assertThat(text(MknodIn.name(in), 1)).isEqualTo("n");
    }

    @Test
    void mkdir() {
        long in = Recorded.load(memory, "ed010000120000006e00");

        assertThat(MkdirIn.mode(in)).isEqualTo(0x1ed);
        assertThat(MkdirIn.umask(in)).isEqualTo(0x12);
        assertThat(text(MkdirIn.name(in), 1)).isEqualTo("n");
    }

    @Test
    void rename2() {
        long in = Recorded.load(memory, "070000000000000001000000000000006100626300");

        assertThat(Rename2In.newDirectory(in)).isEqualTo(7L);
        assertThat(Rename2In.flags(in)).isEqualTo(1);
        assertThat(text(Rename2In.oldName(in), 1)).isEqualTo("a");
    }

    @Test
    void create() {
        long in = Recorded.load(memory, "42800000a481000012000000010000006e00");

        assertThat(CreateIn.flags(in)).isEqualTo(0x8042);
        assertThat(CreateIn.mode(in)).isEqualTo(0x81a4);
        assertThat(CreateIn.umask(in)).isEqualTo(0x12);
        assertThat(CreateIn.openFlags(in)).isEqualTo(1);
        assertThat(text(CreateIn.name(in), 1)).isEqualTo("n");
    }

    @Test
    void open() {
        long in = Recorded.load(memory, "0182000001000000");

        assertThat(OpenIn.flags(in)).isEqualTo(0x8201);
        assertThat(OpenIn.openFlags(in)).isEqualTo(OpenIn.KILL_SUIDGID);
    }

    @Test
    void forget() {
        long in = Recorded.load(memory, "0300000000000000");

        assertThat(ForgetIn.lookups(in)).isEqualTo(3L);
    }

    @Test
    void setxattr() {
        long in = Recorded.load(memory, "01000000010000000100000000000000757365722e610076");

        assertThat(SetxattrIn.size(in)).isEqualTo(1);
        assertThat(SetxattrIn.flags(in)).isEqualTo(1);
        assertThat(SetxattrIn.setxattrFlags(in)).isEqualTo(SetxattrIn.ACL_KILL_SGID);
        assertThat(text(SetxattrIn.name(in), 6)).isEqualTo("user.a");
    }

    @Test
    void getxattr() {
        long in = Recorded.load(memory, "ff00000000000000757365722e6100");

        assertThat(GetxattrIn.size(in)).isEqualTo(255);
        assertThat(text(GetxattrIn.name(in), 6)).isEqualTo("user.a");
    }

    @Test
    void ioctl() {
        long in = Recorded.load(
                memory, "0100000000000000100000000166088009000000000000000800000004000000" + "3132333435363738");

        assertThat(IoctlIn.handle(in)).isEqualTo(1L);
        assertThat(IoctlIn.flags(in)).isEqualTo(0x10);
        assertThat(IoctlIn.command(in)).isEqualTo(0x80086601);
        assertThat(IoctlIn.argument(in)).isEqualTo(9L);
        assertThat(IoctlIn.inputSize(in)).isEqualTo(8);
        assertThat(IoctlIn.outputSize(in)).isEqualTo(4);
        assertThat(text(IoctlIn.data(in), 8)).isEqualTo("12345678");
    }

    @Test
    void fallocate() {
        long in = Recorded.load(memory, "0100000000000000020000000000000003000000000000000400000000000000");

        assertThat(FallocateIn.handle(in)).isEqualTo(1L);
        assertThat(FallocateIn.offset(in)).isEqualTo(2L);
        assertThat(FallocateIn.length(in)).isEqualTo(3L);
        assertThat(FallocateIn.mode(in)).isEqualTo(4);
    }

    @Test
    void lseek() {
        long in = Recorded.load(memory, "010000000000000002000000000000000400000000000000");

        assertThat(LseekIn.handle(in)).isEqualTo(1L);
        assertThat(LseekIn.offset(in)).isEqualTo(2L);
        assertThat(LseekIn.whence(in)).isEqualTo(4);
    }

    @Test
    void copyFileRange() {
        long in = Recorded.load(
                memory,
                "0100000000000000020000000000000003000000000000000400000000000000"
                        + "050000000000000006000000000000000700000000000000");

        assertThat(CopyFileRangeIn.handleIn(in)).isEqualTo(1L);
        assertThat(CopyFileRangeIn.offsetIn(in)).isEqualTo(2L);
        assertThat(CopyFileRangeIn.nodeIdOut(in)).isEqualTo(3L);
        assertThat(CopyFileRangeIn.handleOut(in)).isEqualTo(4L);
        assertThat(CopyFileRangeIn.offsetOut(in)).isEqualTo(5L);
        assertThat(CopyFileRangeIn.length(in)).isEqualTo(6L);
        assertThat(CopyFileRangeIn.flags(in)).isEqualTo(7L);
    }

    @Test
    void fsync() {
        long in = Recorded.load(memory, "01000000000000000100000000000000");

        assertThat(FsyncIn.handle(in)).isEqualTo(1L);
        assertThat(FsyncIn.flags(in)).isEqualTo(FsyncIn.DATA_ONLY);
    }

    @Test
    void release() {
        long in = Recorded.load(memory, "010000000000000002000000030000000400000000000000");

        assertThat(ReleaseIn.handle(in)).isEqualTo(1L);
        assertThat(ReleaseIn.flags(in)).isEqualTo(2);
        assertThat(ReleaseIn.releaseFlags(in)).isEqualTo(3);
        assertThat(ReleaseIn.lockOwner(in)).isEqualTo(4L);
    }

    @Test
    void link() {
        long in = Recorded.load(memory, "03000000000000006e00");

        assertThat(LinkIn.oldNodeId(in)).isEqualTo(3L);
        assertThat(text(LinkIn.name(in), 1)).isEqualTo("n");
    }

    @Test
    void interrupt() {
        long in = Recorded.load(memory, "4200000000000000");

        assertThat(InterruptIn.unique(in)).isEqualTo(0x42L);
    }

    @Test
    void lock() {
        long in = Recorded.load(
                memory,
                "0100000000000000020000000000000003000000000000000400000000000000"
                        + "05000000060000000100000000000000");

        assertThat(LockIn.handle(in)).isEqualTo(1L);
        assertThat(LockIn.owner(in)).isEqualTo(2L);
        assertThat(LockIn.start(in)).isEqualTo(3L);
        assertThat(LockIn.end(in)).isEqualTo(4L);
        assertThat(LockIn.type(in)).isEqualTo(5);
        assertThat(LockIn.pid(in)).isEqualTo(6);
        assertThat(LockIn.flags(in)).isEqualTo(1);
    }

    @Test
    void supplementaryGroupsAreFoundBehindTheName() {
        String mkdir = "ed010000120000006e00" + "000000000000";
        String extension = "18000000" + "20000000" + "02000000" + "b80b0000" + "a00f0000" + "00000000";
        long at = Recorded.request(memory, Opcode.MKDIR.number(), mkdir + extension);
        Memory.putShort(at + 36, 3);

        long groups = GroupsExtension.find(at);

        assertThat(GroupsExtension.count(groups)).isEqualTo(2);
        assertThat(Memory.getInt(GroupsExtension.groups(groups) + 4)).isEqualTo(4000);
    }

    @Test
    void otherAndBrokenExtensionsHoldNoGroups() {
        String securityContext = "10000000" + "01000000" + "0000000000000000";
        String tooMany = "10000000" + "20000000" + "ffffff0f" + "00000000";
        String endless = "00000000" + "01000000" + "0000000000000000";
        for (String extension : new String[] {securityContext, tooMany, endless}) {
            long at = Recorded.request(
                    memory, Opcode.MKDIR.number(), "ed010000120000006e00" + "000000000000" + extension);
            Memory.putShort(at + 36, 2);

            assertThat(GroupsExtension.find(at)).isZero();
        }
        assertThat(GroupsExtension.find(Recorded.load(memory, Recorded.LOOKUP))).isZero();
    }

    @Test
    void opcodesAreKnownByNumber() {
        assertThat(Opcode.of(1)).isEqualTo(Opcode.LOOKUP);
        assertThat(Opcode.of(53)).isEqualTo(Opcode.COPY_FILE_RANGE_64);
        assertThat(Opcode.of(7)).isNull();
        assertThat(Opcode.of(54)).isNull();
        assertThat(Opcode.of(-1)).isNull();
        assertThat(Opcode.of(4096)).isNull();
    }
}
