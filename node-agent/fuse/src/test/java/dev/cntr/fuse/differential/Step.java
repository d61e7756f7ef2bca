package dev.cntr.fuse.differential;

/** A call, and who makes it. */
record Step(Actor.Identity as, Operation operation) {
    @Override
    public String toString() {
        return as + " " + operation;
    }
}
