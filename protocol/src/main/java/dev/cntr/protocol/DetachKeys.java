package dev.cntr.protocol;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Locale;

/** The keys by which somebody leaves a session that goes on, as docker writes them: {@code ctrl-p,ctrl-q}, or one character. */
public final class DetachKeys {
    /** None: every byte passes. */
    public static final String NONE = "";

    private final byte[] keys;
    private int matched;

    private DetachKeys(byte[] keys) {
        this.keys = keys;
    }

    /** @throws IllegalArgumentException where that names no keys */
    public static DetachKeys parse(String text) {
        if (text.equals(NONE)) {
            return new DetachKeys(new byte[0]);
        }
        String[] names = text.split(",", -1);
        byte[] keys = new byte[names.length];
        for (int i = 0; i < names.length; i++) {
            keys[i] = key(names[i], text);
        }
        return new DetachKeys(keys);
    }

    private static byte key(String name, String text) {
        String control = name.toLowerCase(Locale.ROOT);
        if (control.length() == 6 && control.startsWith("ctrl-")) {
            char key = control.charAt(5);
            if (key >= 'a' && key <= 'z' || key >= '[' && key <= '_' || key == '@') {
                return (byte) (key & 0x1f);
            }
        }
        if (name.length() == 1 && name.charAt(0) > ' ' && name.charAt(0) < 0x7f) {
            return (byte) name.charAt(0);
        }
        throw new IllegalArgumentException(
                "\"" + text
                        + "\" are no keys; they are written like ctrl-p,ctrl-q: ctrl- and a letter or one of @[\\]^_, or one character");
    }

    /** Whether there are none. */
    public boolean none() {
        return keys.length == 0;
    }

    /** What of typed bytes is to go on: those that may be the beginning of the keys are kept until the next. */
    public byte[] pass(byte[] from, int length) {
        if (keys.length == 0) {
            return Arrays.copyOf(from, length);
        }
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        for (int i = 0; i < length && !complete(); i++) {
            while (matched > 0 && from[i] != keys[matched]) {
                fallBack(passed);
            }
            if (from[i] == keys[matched]) {
                matched++;
            } else {
                passed.write(from[i]);
            }
        }
        return passed.toByteArray();
    }

    /** The first byte that was kept goes on, and as many more as begin nothing. */
    private void fallBack(ByteArrayOutputStream passed) {
        int kept = matched;
        do {
            matched--;
        } while (matched > 0 && !Arrays.equals(keys, 0, matched, keys, kept - matched, kept));
        passed.write(keys, 0, kept - matched);
    }

    /** Whether all keys were typed one after the other. */
    public boolean complete() {
        return keys.length > 0 && matched == keys.length;
    }
}
