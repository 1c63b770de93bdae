package dev.zendo.xenstore;

import java.util.LinkedHashMap;
import java.util.Map;

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

  /** The limits by the names that Xen's C daemon has for them. */
  public Map<String, Integer> limits() {
    Map<String, Integer> limits = new LinkedHashMap<>();
    limits.put("nodes", nodes);
    limits.put("watches", watches);
    limits.put("transactions", transactions);
    limits.put("outstanding", outstandingRequests);
    limits.put("transaction-nodes", transactionNodes);
    limits.put("memory", pendingEventBytes);
    limits.put("node-size", valueBytes);
    limits.put("permissions", permissionsPerNode);
    return limits;
  }

  /** The same limits but one; {@link StoreError#EINVAL} when there is none of that name. */
  public Quotas with(String name, int limit) {
    Map<String, Integer> limits = limits();
    if (limits.replace(name, limit) == null) {
      throw StoreException.untraced(StoreError.EINVAL, Text.quote(name) + " is no quota");
    }
    return new Quotas(
        limits.get("nodes"),
        limits.get("watches"),
        limits.get("transactions"),
        limits.get("node-size"),
        limits.get("permissions"),
        limits.get("transaction-nodes"),
        limits.get("outstanding"),
        limits.get("memory"));
  }

  /** The largest value that any caller may write: one message of the wire protocol. */
  public static final int MAX_VALUE_BYTES = 4096;
}
