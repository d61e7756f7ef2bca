package dev.cntr.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class IntakeTest {
    private static final int LIMIT = 20_000;

    /** Positive numbers put that many bytes, negative ones take. */
    @Property(tries = 300)
    void bytesComeOutInOrderAndNeverMoreThanTheLimitIsHeld(
            @ForAll @Size(max = 60) List<@IntRange(min = -9_000, max = 9_000) Integer> steps) {
        Intake intake = new Intake(LIMIT);
        ByteArrayOutputStream in = new ByteArrayOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int step : steps) {
            int held = in.size() - out.size();
            if (step > 0) {
                byte[] bytes = new byte[step];
                for (int i = 0; i < step; i++) {
                    bytes[i] = (byte) ((in.size() + i) * 7);
                }
                if (held + step > LIMIT) {
                    assertThatThrownBy(() -> intake.put(in.size(), ByteBuffer.wrap(bytes)))
                            .isInstanceOf(ProtocolException.class);
                } else {
                    intake.put(in.size(), ByteBuffer.wrap(bytes));
                    in.writeBytes(bytes);
                }
            } else if (step < 0 && held > 0) {
                byte[] bytes = new byte[-step];
                int count = intake.take(bytes);
                assertThat(count).isEqualTo(Math.min(-step, held));
                out.write(bytes, 0, count);
            }
        }
        intake.finish();
        byte[] rest = new byte[LIMIT];
        for (int count = intake.take(rest); count >= 0; count = intake.take(rest)) {
            out.write(rest, 0, count);
        }
        assertThat(out.toByteArray()).isEqualTo(in.toByteArray());
    }

    @Test
    void aGapARepetitionAndBytesAfterTheEndAreRefused() {
        Intake intake = new Intake(100);
        intake.put(0, ByteBuffer.allocate(5));
        assertThatThrownBy(() -> intake.put(6, ByteBuffer.allocate(1))).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> intake.put(0, ByteBuffer.allocate(5))).isInstanceOf(ProtocolException.class);
        intake.finish();
        assertThatThrownBy(() -> intake.put(5, ByteBuffer.allocate(1))).isInstanceOf(ProtocolException.class);
    }

    @Test
    void abortingDropsWhatIsHeld() {
        Intake intake = new Intake(100);
        intake.put(0, ByteBuffer.allocate(5));
        intake.abort();
        assertThat(intake.take(new byte[10])).isEqualTo(-1);
        intake.put(5, ByteBuffer.allocate(5));
        assertThat(intake.take(new byte[10])).isEqualTo(-1);
    }
}
