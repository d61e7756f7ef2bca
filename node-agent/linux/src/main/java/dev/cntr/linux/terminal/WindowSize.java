package dev.cntr.linux.terminal;

/** The size of a terminal in characters, each from 0 (unknown) to 65535. */
public record WindowSize(int columns, int rows) {
    private static final int MAX = 0xffff;

    public WindowSize {
        if (columns < 0 || columns > MAX || rows < 0 || rows > MAX) {
            throw new IllegalArgumentException(
                    "a terminal's size is from 0x0 to 65535x65535, not " + columns + "x" + rows);
        }
    }
}
