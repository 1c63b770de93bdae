package dev.zendo.xenstore;

/**
 * What one unprivileged domain may use up. Privileged callers are not limited, except by what the
 * wire protocol can carry. The defaults are Xen's.
 *
 * @param nodes nodes that the domain owns; beyond: {@link StoreError#ENOSPC}
 * @param watches watches of the domain; beyond: {@link StoreError#E2BIG}
 * @param transactions transactions open at a time; beyond: {@link StoreError#ENOSPC}
 * @param valueBytes bytes of one value; beyond: {@link StoreError#ENOSPC}
 * @param permissionsPerNode entries of one access control list; beyond: {@link StoreError#ENOSPC}
 * @param transactionNodes different nodes that one transaction may touch; beyond: {@link
 *     StoreError#ENOSPC}
 * @param outstandingRequests requests whose replies the domain has not taken yet; beyond, no
 *     further request is read from it until it has
 * @param pendingEventBytes memory for watch events that wait for the domain; beyond, events are
 *     dropped and counted
 */
public record Quotas(
    int nodes,
    int watches,
    int transactions,
    int valueBytes,
    int permissionsPerNode,
    int transactionNodes,
    int outstandingRequests,
    int pendingEventBytes) {

  /** The limits that Xen's own daemons start with. */
  public static final Quotas DEFAULT = new Quotas(1000, 128, 10, 2048, 5, 1024, 20, 2 << 20);

  /** The largest value that any caller may write: one message of the wire protocol. */
  public static final int MAX_VALUE_BYTES = 4096;
}
