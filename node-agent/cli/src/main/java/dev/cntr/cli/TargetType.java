package dev.cntr.cli;

/** How a container is named. Each constant's name in lower case is what the user gives. */
enum TargetType {
    /** By process id where it is a number that is one, else by the engines. */
    AUTO,
    /** By the id of any of its processes. */
    PID,
    /** By the Kubernetes runtime on this node: containerd, CRI-O. */
    CRI
}
