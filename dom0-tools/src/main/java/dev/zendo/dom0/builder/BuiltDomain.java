package dev.zendo.dom0.builder;

/**
 * A domain that is built and paused.
 *
 * @param id its number
 * @param storePort its event channel for the store
 * @param storeFrame machine frame of the ring of the store
 * @param consolePort its event channel for the console
 * @param consoleFrame machine frame of the ring of the console
 */
public record BuiltDomain(
    int id, int storePort, long storeFrame, int consolePort, long consoleFrame) {}
