package dev.cntr.fuse.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cntr.fuse.wire.Opcode;
import dev.cntr.fuse.wire.Recorded;
import dev.cntr.linux.Errno;
import dev.cntr.linux.Memory;
import dev.cntr.linux.Scratch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every request gets one answer, whatever it is and whatever happens. */
class DispatchTest {
    /** Two of the tests provoke what is logged with a stack trace. */
    private static final Logger LOG = Logger.getLogger(Dispatch.class.getName());

    private final Scratch memory = new Scratch();
    private final RecordingKernel kernel = new RecordingKernel();
    private final InFlight inFlight = new InFlight(2);
    private final Request request = new Request(Recorded.load(memory, Recorded.LOOKUP), inFlight, 0);
    private final Reply reply = new Reply(kernel, 3, memory.allocate(8192, 4096) + 4096, 4096);

    @BeforeEach
    void quiet() {
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void free() {
        LOG.setLevel(null);
        memory.close();
    }

    private static class Nothing implements FileSystem {
        final List<String> forgotten = new ArrayList<>();

        @Override
        public void forget(long nodeId, long lookups) {
            forgotten.add(nodeId + ":" + lookups);
        }

        @Override
        public void close() {}
    }

    private List<Integer> errors() {
        return kernel.written.stream()
                .map(b -> ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).getInt(4))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void answersOnceWhereTheKernelWaits(Opcode opcode) {
        reply.begin(8);

        Dispatch.answer(opcode, request, reply, new Nothing(), inFlight);

        assertThat(errors()).hasSize(opcode.hasReply() ? 1 : 0);
        assertThat(errors()).allMatch(e -> e == (opcode == Opcode.DESTROY ? 0 : -Errno.ENOSYS.number()));
    }

    @Test
    void interruptIsToldToTheFileSystem() {
        List<Long> interrupted = new ArrayList<>();
        Request interrupt = new Request(Recorded.load(memory, Recorded.INTERRUPT), inFlight, 0);

        Dispatch.answer(
                Opcode.INTERRUPT,
                interrupt,
                reply,
                new Nothing() {
                    @Override
                    public void interrupted(long unique) {
                        interrupted.add(unique);
                    }
                },
                inFlight);

        assertThat(interrupted).containsExactly(0x42L);
    }

    /** Then it is still the thread's, and the request gets an error. */
    @Test
    void answerThatCannotBePutOffIsGivenAtOnce() {
        kernel.result = Errno.EMFILE.negative();
        reply.begin(8);

        Dispatch.answer(
                Opcode.SETLKW,
                request,
                reply,
                new Nothing() {
                    @Override
                    public void setlkw(Request q, Reply r) {
                        r.defer();
                    }
                },
                inFlight);

        assertThat(errors()).containsExactly(-Errno.EIO.number());
    }

    @Test
    void unknownOpcodeIsNotImplemented() {
        reply.begin(8);

        Dispatch.answer(null, request, reply, new Nothing(), inFlight);

        assertThat(errors()).containsExactly(-Errno.ENOSYS.number());
    }

    @Test
    void exceptionBecomesAnError() {
        reply.begin(8);

        Dispatch.answer(
                Opcode.LOOKUP,
                request,
                reply,
                new Nothing() {
                    @Override
                    public void lookup(Request q, Reply r) {
                        throw new IllegalStateException("a test's own");
                    }
                },
                inFlight);

        assertThat(errors()).containsExactly(-Errno.EIO.number());
    }

    @Test
    void exceptionAfterTheAnswerSendsNoSecond() {
        reply.begin(8);

        Dispatch.answer(
                Opcode.LOOKUP,
                request,
                reply,
                new Nothing() {
                    @Override
                    public void lookup(Request q, Reply r) {
                        r.ok();
                        throw new IllegalStateException("a test's own");
                    }
                },
                inFlight);

        assertThat(errors()).containsExactly(0);
    }

    @Test
    void replyRepeatsTheNumberAndCarriesTheBody() {
        reply.begin(0x1122334455667788L);
        Memory.putInt(reply.body(), 0x61626364);

        assertThat(reply.send(4)).isTrue();

        ByteBuffer sent = ByteBuffer.wrap(kernel.written.getFirst()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(sent.getInt(0)).isEqualTo(20);
        assertThat(sent.getInt(4)).isZero();
        assertThat(sent.getLong(8)).isEqualTo(0x1122334455667788L);
        assertThat(sent.getInt(16)).isEqualTo(0x61626364);
    }

    /** For such a reply the kernel would go on waiting. */
    @ParameterizedTest
    @ValueSource(longs = {1, 4096, -512, -4095, Long.MIN_VALUE})
    void errorThatTheKernelDoesNotTakeBecomesOneThatItTakes(long error) {
        reply.begin(8);

        reply.error(error);

        assertThat(errors()).containsExactly(-Errno.EIO.number());
    }

    @Test
    void refusedReplyIsToldToTheFileSystem() {
        kernel.result = Errno.ENOENT.negative();
        reply.begin(8);

        assertThat(reply.ok()).isFalse();
    }
}
