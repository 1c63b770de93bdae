package dev.zendo.xenstore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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

  /** What all domains use. */
  List<DomainUsage> usage() {
    return accounts.keySet().stream().sorted().map(this::usage).toList();
  }

  /** Counts the nodes of a tree, and says where the result is not what was noted. */
  List<String> check(Node root) {
    Accounts counted = new Accounts();
    counted.recount(root);
    List<String> differences = new ArrayList<>();
    for (int domid : union(counted)) {
      if (nodes(domid) != counted.nodes(domid)) {
        differences.add(
            "domain " + domid + " owns " + counted.nodes(domid) + " nodes, not " + nodes(domid));
      }
    }
    return differences;
  }

  private Set<Integer> union(Accounts other) {
    Set<Integer> domains = new TreeSet<>(accounts.keySet());
    domains.addAll(other.accounts.keySet());
    return domains;
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
