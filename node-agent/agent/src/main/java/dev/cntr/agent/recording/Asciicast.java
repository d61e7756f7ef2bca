package dev.cntr.agent.recording;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Writes asciicast v2 (docs.asciinema.org/manual/asciicast/v2): a line of JSON about the whole, then one for each event,
 * {@code [seconds since the beginning, kind, text]}. The text is Unicode: a character that is cut between two reads is put
 * together again, and bytes that are no UTF-8 become U+FFFD. Any thread, any time; events are in the order of the calls.
 */
public final class Asciicast implements AutoCloseable {
    private static final int LARGEST_EVENT = 16 * 1024;

    private final RecordingStore.Sink sink;
    private final LongSupplier nanoTime;
    private final long begin;
    private final Text output = new Text("o");
    private final Text errors = new Text("o");
    private final Text input = new Text("i");

    /**
     * What is known at the beginning.
     *
     * @param columns of the terminal; 80 is written where there is none, for the format demands a size
     * @param title what is recorded, for people
     * @param command program and arguments; empty for a shell
     * @param term what kind of terminal; empty where that is not known
     */
    public record Header(int columns, int rows, Instant at, String title, List<String> command, String term) {}

    /**
     * Begins, with the header.
     *
     * @throws RecordingException when not even that can be written; the sink is closed then
     */
    public Asciicast(RecordingStore.Sink sink, Header header, LongSupplier nanoTime) {
        this.sink = sink;
        this.nanoTime = nanoTime;
        this.begin = nanoTime.getAsLong();
        StringBuilder line = new StringBuilder("{\"version\": 2, \"width\": ")
                .append(header.columns() == 0 ? 80 : header.columns())
                .append(", \"height\": ")
                .append(header.rows() == 0 ? 24 : header.rows())
                .append(", \"timestamp\": ")
                .append(header.at().getEpochSecond())
                .append(", \"title\": ");
        string(header.title(), line);
        if (!header.command().isEmpty()) {
            string(String.join(" ", header.command()), line.append(", \"command\": "));
        }
        if (!header.term().isEmpty()) {
            string(header.term(), line.append(", \"env\": {\"TERM\": "));
            line.append('}');
        }
        try {
            write(line.append('}'));
        } catch (RecordingException e) {
            sink.close();
            throw e;
        }
    }

    /** What the command wrote, to its terminal or its standard output. */
    public synchronized void output(byte[] bytes, int offset, int length) {
        output.append(bytes, offset, length);
    }

    /** What it wrote to its standard error; the format does not tell the two apart. */
    public synchronized void errors(byte[] bytes, int offset, int length) {
        errors.append(bytes, offset, length);
    }

    /** What was typed. */
    public synchronized void input(byte[] bytes, int offset, int length) {
        input.append(bytes, offset, length);
    }

    /** The terminal has another size. */
    public synchronized void resize(int columns, int rows) {
        event("r", columns + "x" + rows);
    }

    /** Something worth finding again: who came, who went. */
    public synchronized void marker(String text) {
        event("m", text);
    }

    /**
     * Ends the recording. The beginning of a character whose end never came is written as U+FFFD.
     *
     * @param broken whether a write has failed, so that nothing more is to be written
     */
    public synchronized RecordingStore.Stored finish(boolean broken) {
        if (!broken) {
            List.of(output, errors, input).forEach(Text::end);
        }
        return sink.finish();
    }

    @Override
    public synchronized void close() {
        sink.close();
    }

    private void event(String kind, CharSequence text) {
        long micros = (nanoTime.getAsLong() - begin) / 1000;
        StringBuilder line = new StringBuilder(text.length() + 32)
                .append('[')
                .append(micros / 1_000_000)
                .append('.')
                .append(String.valueOf(1_000_000 + micros % 1_000_000), 1, 7)
                .append(", \"")
                .append(kind)
                .append("\", ");
        string(text, line);
        write(line.append(']'));
    }

    private void write(StringBuilder line) {
        sink.write(line.append('\n').toString().getBytes(UTF_8));
    }

    /** A JSON string, in which no control character stands as itself, RFC 8259 section 7. */
    static void string(CharSequence text, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> to.append("\\\"");
                case '\\' -> to.append("\\\\");
                case '\n' -> to.append("\\n");
                case '\r' -> to.append("\\r");
                case '\t' -> to.append("\\t");
                default -> {
                    if (c < ' ' || c >= 0x7f && c < 0xa0 || Character.isSurrogate(c) && !paired(text, i)) {
                        to.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        to.append(c);
                    }
                }
            }
        }
        to.append('"');
    }

    private static boolean paired(CharSequence text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                ? at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(text.charAt(at - 1));
    }

    /** One stream of bytes as text. */
    private final class Text {
        private final String kind;
        private final CharsetDecoder decoder = UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        /** The beginning of a character whose end has not come. */
        private byte[] rest = new byte[0];

        Text(String kind) {
            this.kind = kind;
        }

        void append(byte[] bytes, int offset, int length) {
            for (int done = 0; done < length; done += LARGEST_EVENT) {
                piece(bytes, offset + done, Math.min(LARGEST_EVENT, length - done));
            }
        }

        void end() {
            if (rest.length > 0) {
                rest = new byte[0];
                event(kind, "\ufffd");
            }
        }

        private void piece(byte[] bytes, int offset, int length) {
            ByteBuffer in = ByteBuffer.allocate(rest.length + length)
                    .put(rest)
                    .put(bytes, offset, length)
                    .flip();
            CharBuffer out = CharBuffer.allocate(in.remaining());
            decoder.decode(in, out, false);
            rest = new byte[in.remaining()];
            in.get(rest);
            if (out.flip().hasRemaining()) {
                event(kind, out);
            }
        }
    }
}
