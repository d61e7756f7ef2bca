package dev.cntr.fuse.passthrough;

/** What the trees of a program have together. */
record Shared(FdBudget fds, NodeBudget nodes, WatchThread watches) {
    /** Those of this program. */
    static final Shared PROCESS = new Shared(FdBudget.PROCESS, NodeBudget.PROCESS, WatchThread.PROCESS);

    Shared with(FdBudget other) {
        return new Shared(other, nodes, watches);
    }

    Shared with(NodeBudget other) {
        return new Shared(fds, other, watches);
    }

    Shared with(WatchThread other) {
        return new Shared(fds, nodes, other);
    }
}
