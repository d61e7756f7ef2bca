package dev.cntr.linux.proc;

/** The kinds of namespaces, namespaces(7), in the order in which they are best entered one by one: user first, mnt last. */
public enum Namespace {
    USER("user", 0x10000000),
    CGROUP("cgroup", 0x02000000),
    IPC("ipc", 0x08000000),
    UTS("uts", 0x04000000),
    NET("net", 0x40000000),
    PID("pid", 0x20000000),
    TIME("time", 0x00000080),
    MNT("mnt", 0x00020000);

    private final String link;
    private final int flag;

    Namespace(String link, int flag) {
        this.link = link;
        this.flag = flag;
    }

    /** Its name under /proc/PID/ns. */
    public String link() {
        return link;
    }

    /** Its {@code CLONE_NEW*} flag, for clone(2), unshare(2) and setns(2); {@code uapi/linux/sched.h}. */
    public int flag() {
        return flag;
    }
}
