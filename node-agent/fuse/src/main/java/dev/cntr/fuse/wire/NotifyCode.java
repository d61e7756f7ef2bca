package dev.cntr.fuse.wire;

/**
 * What a server tells the kernel without having been asked: {@code enum fuse_notify_code}. It stands where the errno of a
 * {@link ReplyHeader} is, which has 0 for the number of the request.
 */
public enum NotifyCode {
    /** A user of poll(2) is to be woken. */
    POLL(1),
    /** {@link NotifyInvalInodeOut}: what is known of a node is no longer good. */
    INVAL_INODE(2),
    /** {@link NotifyInvalEntryOut}: what is known of a name is no longer good. */
    INVAL_ENTRY(3),
    /** Data for the page cache. */
    STORE(4),
    /** Data of the page cache is asked for. */
    RETRIEVE(5),
    /** A name is gone. */
    DELETE(6),
    /** Requests that have been read are to be sent again. */
    RESEND(7),
    /** No name is good any more. */
    INC_EPOCH(8),
    /** Unused names of some nodes are to be dropped. */
    PRUNE(9);

    private final int number;

    NotifyCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
