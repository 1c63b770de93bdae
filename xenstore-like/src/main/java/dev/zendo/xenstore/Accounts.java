package dev.zendo.xenstore;

import java.util.HashMap;
import java.util.Map;

/** Who uses how much of what, with high-water marks. Confined to the holder of the store's lock. */
final class Accounts {
  private static final class Account {
    int nodes;
    int maxNodes;
    int watches;
    int maxWatches;
    int transactions;
    int maxTransactions;
    long droppedEvents;
  }

  private final Map<Integer, Account> accounts = new HashMap<>();

  private Account of(int domid) {
    return accounts.computeIfAbsent(domid, id -> new Account());
  }

  int nodes(int domid) {
    return of(domid).nodes;
  }

  int watches(int domid) {
    return of(domid).watches;
  }

  int transactions(int domid) {
    return of(domid).transactions;
  }

  void addNodes(Map<Integer, Integer> deltas) {
    for (Map.Entry<Integer, Integer> delta : deltas.entrySet()) {
      Account account = of(delta.getKey());
      account.nodes += delta.getValue();
      account.maxNodes = Math.max(account.maxNodes, account.nodes);
    }
  }

  /** Counts the nodes anew, after the whole tree was replaced. */
  void recount(Node root) {
    for (Account account : accounts.values()) {
      account.nodes = 0;
    }
    new TreeWalk(Path.ROOT, root)
        .forEach(
            (path, node) -> {
              of(node.permissions().owner()).nodes++;
              return true;
            });
    for (Account account : accounts.values()) {
      account.maxNodes = Math.max(account.maxNodes, account.nodes);
    }
  }

  void addWatches(int domid, int by) {
    Account account = of(domid);
    account.watches += by;
    account.maxWatches = Math.max(account.maxWatches, account.watches);
  }

  void addTransactions(int domid, int by) {
    Account account = of(domid);
    account.transactions += by;
    account.maxTransactions = Math.max(account.maxTransactions, account.transactions);
  }

  /** Counts a dropped event; true for the first one of the domain. */
  boolean addDroppedEvent(int domid) {
    return of(domid).droppedEvents++ == 0;
  }

  /** Forgets a domain that is gone; its nodes have been removed. */
  void forget(int domid) {
    accounts.remove(domid);
  }

  DomainUsage usage(int domid) {
    Account account = accounts.getOrDefault(domid, new Account());
    return new DomainUsage(
        domid,
        account.nodes,
        account.maxNodes,
        account.watches,
        account.maxWatches,
        account.transactions,
        account.maxTransactions,
        account.droppedEvents);
  }
}
