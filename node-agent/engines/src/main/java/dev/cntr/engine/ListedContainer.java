package dev.cntr.engine;

/**
 * A container as a list of its engine shows it.
 *
 * @param running whether it can be attached to; one that is paused cannot
 * @param state in the engine's own word
 * @param image empty where the engine has no images, or does not tell
 */
public record ListedContainer(ContainerRef ref, boolean running, String state, String image) {}
