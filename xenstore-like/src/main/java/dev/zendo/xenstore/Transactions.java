package dev.zendo.xenstore;

/** Begins and ends the transactions of a store. Every method takes the store's lock. */
final class Transactions {
  private final Store store;
  private final Accounts accounts;

  Transactions(Store store, Accounts accounts) {
    this.store = store;
    this.accounts = accounts;
  }

  /** Begins a transaction. */
  int begin(Connection caller) {
    store.lock();
    try {
      store.checkConnected(caller);
      int limit = store.quotas().transactions();
      if (!caller.isPrivileged() && accounts.transactions(caller.domid()) >= limit) {
        throw StoreException.exhausted(StoreError.ENOSPC, caller, "transactions", limit);
      }
      int id = caller.newTransactionId();
      caller.transactions().put(id, new Transaction(store.root(), store.generations()));
      accounts.addTransactions(caller.domid(), 1);
      return id;
    } finally {
      store.unlock();
    }
  }

  /** Fails with {@link StoreError#ENOENT} unless the caller has the transaction, or it is 0. */
  void check(Connection caller, int id) {
    if (id != 0) {
      store.lock();
      try {
        caller.transaction(id);
      } finally {
        store.unlock();
      }
    }
  }

  /** Ends a transaction, which is gone afterwards in any case. */
  void end(Connection caller, int id, boolean commit) {
    store.lock();
    try {
      Transaction transaction = caller.transaction(id);
      caller.transactions().remove(id);
      accounts.addTransactions(caller.domid(), -1);
      if (commit && !transaction.isReadOnly()) {
        commit(caller, transaction);
      }
    } finally {
      store.unlock();
    }
  }

  private void commit(Connection caller, Transaction transaction) {
    Node current = store.root();
    if (transaction.conflictsWith(current)) {
      throw StoreException.untraced(
          StoreError.EAGAIN, "what the transaction used was changed meanwhile");
    }
    TreeEditor merged = transaction.mergeInto(current, store.generations());
    int more = merged.ownedDelta(caller.domid());
    if (more > 0) {
      Rules.checkNodes(caller, accounts.nodes(caller.domid()), more, store.quotas());
    }
    store.publish(merged, transaction.changes(merged.root()));
  }
}
