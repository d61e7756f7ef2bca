package dev.cntr.protocol;

/** The size of a terminal in characters; 0×0 where there is none. */
public record WindowSize(int columns, int rows) {
    public static final WindowSize NONE = new WindowSize(0, 0);

    public WindowSize {
        if (columns < 0 || columns > 0xffff || rows < 0 || rows > 0xffff) {
            throw new IllegalArgumentException(
                    "a terminal has 0 to 65535 columns and rows, not " + columns + "×" + rows);
        }
    }
}
