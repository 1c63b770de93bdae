package dev.zendo.xenstore;

/**
 * One change of the store as it took effect: made directly or as part of a committed transaction.
 *
 * @param path the node named by the request
 * @param before the node before, or null when there was none
 * @param after the node after, or null when it was removed (with everything below it)
 */
public record Change(Path path, Node before, Node after) {}
