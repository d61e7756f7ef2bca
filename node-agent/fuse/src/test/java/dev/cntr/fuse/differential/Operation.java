package dev.cntr.fuse.differential;

/** A call on a tree. Its text is enough to make it again by hand. */
sealed interface Operation permits NameOperation, FileOperation, AttributeOperation {
    /** Makes the call on one tree, as the calling thread. */
    Outcome on(Side side);
}
