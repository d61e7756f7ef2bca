package dev.cntr.engine;

/**
 * A container as its engine names it.
 *
 * @param engine {@code cri}, {@code docker}, ...
 * @param id the full id
 * @param name in the engine's own form; for CRI {@code NAMESPACE/POD/CONTAINER}
 */
public record ContainerRef(String engine, String id, String name) {
    @Override
    public String toString() {
        return name + " (" + engine + " " + id + ")";
    }
}
