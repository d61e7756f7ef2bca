package dev.cntr.linux.program;

import org.jspecify.annotations.Nullable;

/** A place in a program that steps can go to; {@link Assembler#place} says which step that is. */
public final class Label {
    private final String name;

    @Nullable
    Step step;

    Label(String name) {
        this.name = name;
    }

    @Override
    public String toString() {
        return name;
    }
}
