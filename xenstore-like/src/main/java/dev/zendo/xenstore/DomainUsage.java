package dev.zendo.xenstore;

/**
 * What a domain uses of its quotas now, and the highest it has used since it was first seen. A
 * snapshot.
 *
 * @param domid the domain
 * @param nodes nodes owned
 * @param maxNodes high-water mark of {@code nodes}
 * @param watches watches set
 * @param maxWatches high-water mark of {@code watches}
 * @param transactions transactions open
 * @param maxTransactions high-water mark of {@code transactions}
 * @param droppedEvents watch events that were dropped because the domain did not take them
 */
public record DomainUsage(
    int domid,
    int nodes,
    int maxNodes,
    int watches,
    int maxWatches,
    int transactions,
    int maxTransactions,
    long droppedEvents) {}
