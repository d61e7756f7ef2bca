package dev.cntr.linux.mount;

/** Where mounts made under a mount show up as well, mount_namespaces(7). */
public enum Propagation {
    /** As it is. */
    UNCHANGED(0),
    MS_UNBINDABLE(1 << 17),
    MS_PRIVATE(1 << 18),
    MS_SLAVE(1 << 19),
    MS_SHARED(1 << 20);

    private final int bits;

    Propagation(int bits) {
        this.bits = bits;
    }

    /** The value for {@code mount_attr.propagation} and for the flags of mount(2). */
    public int bits() {
        return bits;
    }
}
