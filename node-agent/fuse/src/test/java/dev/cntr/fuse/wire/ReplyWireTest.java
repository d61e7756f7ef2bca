package dev.cntr.fuse.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replies come out as the kernel reads them, whatever was in the memory before. */
class ReplyWireTest {
    private final Scratch memory = new Scratch();

    @AfterEach
    void free() {
        memory.close();
    }

    private long dirty(int bytes) {
        long at = memory.allocate(bytes);
        for (int i = 0; i < bytes; i++) {
            Memory.putByte(at + i, 0xee);
        }
        return at;
    }

    @Test
    void header() {
        long at = dirty(ReplyHeader.BYTES);
        ReplyHeader.length(at, 16);
        ReplyHeader.error(at, -2);
        ReplyHeader.unique(at, 0x1122334455667788L);

        assertThat(Recorded.hex(at, ReplyHeader.BYTES)).isEqualTo("10000000feffffff8877665544332211");
    }

    private static void putAttr(long attr) {
        Attr.inode(attr, 11);
        Attr.size(attr, 12);
        Attr.blocks(attr, 13);
        Attr.atime(attr, 14);
        Attr.mtime(attr, 15);
        Attr.ctime(attr, 16);
        Attr.atimeNanos(attr, 17);
        Attr.mtimeNanos(attr, 18);
        Attr.ctimeNanos(attr, 19);
        Attr.mode(attr, 0x81a4);
        Attr.links(attr, 20);
        Attr.uid(attr, 21);
        Attr.gid(attr, 22);
        Attr.device(attr, 23);
        Attr.blockSize(attr, 24);
        Attr.flags(attr, 0);
    }

    @Test
    void entryOfADirectoryWithAttributes() {
        long at = dirty(Dirent.sizePlus(5));
        EntryOut.nodeId(at, 1);
        EntryOut.generation(at, 2);
        EntryOut.entryValid(at, 3);
        EntryOut.attrValid(at, 4);
        EntryOut.entryValidNanos(at, 5);
        EntryOut.attrValidNanos(at, 6);
        putAttr(EntryOut.attr(at));
        long name = memory.string("hello");
        Dirent.put(at + EntryOut.BYTES, 31, 32, 8, name, 5);

        assertThat(Recorded.hex(at, Dirent.sizePlus(5))).isEqualTo(Recorded.DIRENTPLUS);
    }

    @Test
    void sizesOfEntriesArePaddedToWords() {
        assertThat(Dirent.size(8)).isEqualTo(32);
        assertThat(Dirent.size(9)).isEqualTo(40);
        assertThat(Dirent.sizePlus(1)).isEqualTo(160);
        assertThat(Dirent.sizePlus(255)).isEqualTo(408);
    }

    @Test
    void attributes() {
        long at = dirty(AttrOut.BYTES);
        Memory.clear(at, AttrOut.BYTES);
        AttrOut.attrValid(at, 1);
        AttrOut.attrValidNanos(at, 2);
        AttrOut.padding(at, 0);
        Attr.inode(AttrOut.attr(at), 3);
        Attr.blockSize(AttrOut.attr(at), 4);

        assertThat(Recorded.hex(at, AttrOut.BYTES))
                .isEqualTo("0100000000000000020000000000000003000000000000000000000000000000"
                        + "0000000000000000000000000000000000000000000000000000000000000000"
                        + "0000000000000000000000000000000000000000000000000000000000000000"
                        + "0400000000000000");
    }

    @Test
    void agreement() {
        long at = dirty(InitOut.BYTES);
        InitOut.clear(at);
        InitOut.major(at, 7);
        InitOut.minor(at, 38);
        InitOut.maxReadahead(at, 0x20000);
        InitOut.flags(at, 0x40000001);
        InitOut.maxBackground(at, 64);
        InitOut.congestionThreshold(at, 48);
        InitOut.maxWrite(at, 1 << 20);
        InitOut.timeGranularity(at, 1);
        InitOut.maxPages(at, 256);
        InitOut.flags2(at, 0x28);

        assertThat(Recorded.hex(at, InitOut.BYTES))
                .isEqualTo("0700000026000000000002000100004040003000000010000100000000010000"
                        + "2800000000000000000000000000000000000000000000000000000000000000");
    }

    @Test
    void statistics() {
        long at = dirty(StatfsOut.BYTES);
        StatfsOut.clear(at);
        StatfsOut.blocks(at, 1);
        StatfsOut.blocksFree(at, 2);
        StatfsOut.blocksAvailable(at, 3);
        StatfsOut.files(at, 4);
        StatfsOut.filesFree(at, 5);
        StatfsOut.blockSize(at, 6);
        StatfsOut.nameLength(at, 7);
        StatfsOut.fragmentSize(at, 8);

        assertThat(Recorded.hex(at, StatfsOut.BYTES))
                .isEqualTo("0100000000000000020000000000000003000000000000000400000000000000"
                        + "0500000000000000060000000700000008000000000000000000000000000000"
                        + "00000000000000000000000000000000");
    }

    @Test
    void openedFile() {
        long at = dirty(OpenOut.BYTES);
        OpenOut.handle(at, 9);
        OpenOut.openFlags(at, OpenReply.PASSTHROUGH | OpenReply.KEEP_CACHE);
        OpenOut.backingId(at, 3);

        assertThat(Recorded.hex(at, OpenOut.BYTES)).isEqualTo("09000000000000008200000003000000");
    }

    @Test
    void ioctlResult() {
        long at = dirty(IoctlOut.BYTES);
        IoctlOut.result(at, 1);
        IoctlOut.flags(at, 2);
        IoctlOut.inputVectors(at, 3);
        IoctlOut.outputVectors(at, 4);

        assertThat(Recorded.hex(at, IoctlOut.BYTES)).isEqualTo("01000000020000000300000004000000");
    }

    @Test
    void nameThatIsToBeLookedUpAgain() {
        int bytes = NotifyInvalEntryOut.size(5);
        long at = dirty(bytes);
        NotifyInvalEntryOut.put(
                at, 0x1122334455667788L, "hello".getBytes(StandardCharsets.US_ASCII), NotifyInvalEntryOut.EXPIRE_ONLY);

        assertThat(Recorded.hex(at, bytes)).isEqualTo("88776655443322110500000001000000" + "68656c6c6f00");
    }

    @Test
    void nodesThatAreToBeForgotten() {
        int bytes = NotifyPruneOut.size(2);
        long at = dirty(bytes);
        NotifyPruneOut.put(at, new long[] {0x1122334455667788L, 3, 4}, 2);

        assertThat(Recorded.hex(at, bytes))
                .isEqualTo("02000000000000000000000000000000" + "8877665544332211" + "0300000000000000");
    }

    @Test
    void attributesThatAreToBeAskedForAgain() {
        long at = dirty(NotifyInvalInodeOut.BYTES);
        NotifyInvalInodeOut.putAttributesOnly(at, 0x1122334455667788L);

        assertThat(Recorded.hex(at, NotifyInvalInodeOut.BYTES))
                .isEqualTo("8877665544332211" + "ffffffffffffffff" + "0000000000000000");
    }

    @Test
    void featuresAreBits() {
        assertThat(InitFlag.bits(EnumSet.of(InitFlag.FUSE_ASYNC_READ, InitFlag.FUSE_PASSTHROUGH)))
                .isEqualTo(1L | 1L << 37);
        assertThat(InitFlag.of(1L << 31 | 1L << 20 | 1L << 63)).containsExactly(InitFlag.FUSE_POSIX_ACL);
    }
}
