package dev.cntr.kubectl;

/** Makes text that came over the network fit to be shown in a terminal. */
final class Text {
    private Text() {}

    /** One line without control characters: whoever can write a status must not write to the user's terminal. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.strip().codePoints().forEach(c -> {
            if (Character.isWhitespace(c)) {
                line.append(' ');
            } else if (!Character.isISOControl(c) && Character.getType(c) != Character.FORMAT) {
                line.appendCodePoint(c);
            }
        });
        return line.toString();
    }
}
