package dev.cntr.fuse.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cntr.fuse.wire.InitFlag;
import dev.cntr.fuse.wire.InitOut;
import dev.cntr.fuse.wire.Recorded;
import dev.cntr.fuse.wire.RequestHeader;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is agreed is what both sides have. */
class NegotiationTest {
    private static final Negotiation.Wishes WISHES = new Negotiation.Wishes(
            Set.of(
                    InitFlag.FUSE_ASYNC_READ,
                    InitFlag.FUSE_INIT_EXT,
                    InitFlag.FUSE_PASSTHROUGH,
                    InitFlag.FUSE_OVER_IO_URING),
            1 << 20,
            2);

    private final Scratch memory = new Scratch();
    private final long in = Recorded.load(memory, Recorded.INIT) + RequestHeader.BYTES;
    private final long out = memory.allocate(InitOut.BYTES);

    @AfterEach
    void free() {
        memory.close();
    }

    @Test
    void grantsWhatIsOfferedAndWanted() {
        Negotiation n = Negotiation.answer(in, out, WISHES);

        assertThat(n.granted())
                .containsExactlyInAnyOrder(InitFlag.FUSE_ASYNC_READ, InitFlag.FUSE_INIT_EXT, InitFlag.FUSE_PASSTHROUGH);
        assertThat(n.maxStackDepth()).isEqualTo(2);
        assertThat(n.toString()).contains("FUSE 7.45 granted", "not offered [FUSE_OVER_IO_URING]", "max_stack_depth 2");
    }

    @Test
    void answersInTheKernelsWords() {
        Negotiation.answer(in, out, WISHES);

        assertThat(Recorded.hex(out, InitOut.BYTES))
                .isEqualTo("070000002d000000" + "00000200" + "01000040" + "40003000" + "00001000" + "01000000"
                        + "00010000" + "20000000" + "02000000" + "00".repeat(24));
    }

    @Test
    void olderKernelDecidesTheVersionAndHasNoSecondWordOfFlags() {
        Memory.putInt(in + 4, 31);
        Memory.putInt(in + 12, 1);

        Negotiation n = Negotiation.answer(in, out, WISHES);

        assertThat(n.minor()).isEqualTo(31);
        assertThat(n.granted()).containsExactly(InitFlag.FUSE_ASYNC_READ);
        assertThat(n.maxStackDepth()).isZero();
    }

    @Test
    void newerKernelIsAnsweredWithWhatIsKnown() {
        Memory.putInt(in + 4, 99);

        assertThat(Negotiation.answer(in, out, WISHES).minor()).isEqualTo(45);
    }

    @Test
    void kernelThatIsTooOldIsRefusedWithAWayOut() {
        Memory.putInt(in + 4, 30);

        assertThatThrownBy(() -> Negotiation.answer(in, out, WISHES))
                .isInstanceOf(FuseException.class)
                .hasMessageContaining("7.30")
                .hasMessageContaining("Linux 5.4");
    }
}
