package dev.zendo.xenstore;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The domains that a store serves: the life of each from its introduction to its release, and whose
 * rights it has besides its own. Thread-safe.
 */
public final class Domains {
  private final Store store;
  private volatile DomainControl control = DomainControl.NONE;

  // All below: under the store's lock.
  private final Map<Integer, Integer> targets = new HashMap<>();
  private final Set<Integer> introduced = new TreeSet<>();
  private final Set<Integer> stopped = new TreeSet<>();

  Domains(Store store) {
    this.store = store;
    introduced.add(0);
  }

  /** Sets what serves the domains that privileged clients introduce. */
  public void setControl(DomainControl control) {
    this.control = control;
  }

  /** Serves a domain from now on and fires {@code @introduceDomain} if that is new. */
  void introduce(int domid, long gfn, int port) {
    if (domid <= 0 || domid > Permissions.MAX_DOMID || port <= 0) {
      throw StoreException.untraced(
          StoreError.EINVAL, "no domain " + domid + " with port " + port + " can be introduced");
    }
    control.introduce(domid, gfn, port);
    store.lock();
    try {
      stopped.remove(domid);
      if (introduced.add(domid)) {
        store.watches().fireSpecial(Store.INTRODUCE_DOMAIN);
      }
    } finally {
      store.unlock();
    }
  }

  /** Stops serving a domain and {@linkplain #forget forgets} it. */
  void release(int domid) {
    checkIntroduced(domid);
    control.release(domid);
    forget(domid);
  }

  /**
   * Forgets everything that belongs to a domain that is gone, whether it was introduced or not, and
   * fires {@code @releaseDomain}: closes its connections, and removes its target, the nodes that it
   * owns with all below them, and its entries in other nodes' permissions.
   */
  public void forget(int domid) {
    if (domid == 0) {
      throw new StoreException(StoreError.EINVAL, "domain 0 cannot be forgotten");
    }
    store.lock();
    try {
      introduced.remove(domid);
      stopped.remove(domid);
      targets.remove(domid);
      store.dropDomain(domid);
      store.watches().fireSpecial(Store.RELEASE_DOMAIN);
    } finally {
      store.unlock();
    }
  }

  /**
   * Tells the store that a domain has shut down or crashed: fires {@code @releaseDomain} once until
   * the domain is resumed or introduced again.
   */
  public void stopped(int domid) {
    store.lock();
    try {
      if (stopped.add(domid)) {
        store.watches().fireSpecial(Store.RELEASE_DOMAIN);
      }
    } finally {
      store.unlock();
    }
  }

  /** Makes the next {@link #stopped} of the domain count again. */
  void resume(int domid) {
    checkIntroduced(domid);
    store.lock();
    try {
      stopped.remove(domid);
    } finally {
      store.unlock();
    }
  }

  /** Gives a domain the rights of another one besides its own. */
  void setTarget(int domid, int target) {
    checkIntroduced(domid);
    checkIntroduced(target);
    store.lock();
    try {
      targets.put(domid, target);
      for (Connection connection : store.connections()) {
        if (connection.domid() == domid) {
          connection.setTarget(target);
        }
      }
    } finally {
      store.unlock();
    }
  }

  /** The domain whose rights a domain has as well, or -1. Under the store's lock. */
  int target(int domid) {
    return targets.getOrDefault(domid, -1);
  }

  /** Whether a domain is being served; domain 0 always is. */
  public boolean isIntroduced(int domid) {
    store.lock();
    try {
      return introduced.contains(domid);
    } finally {
      store.unlock();
    }
  }

  private void checkIntroduced(int domid) {
    if (!isIntroduced(domid)) {
      throw StoreException.untraced(StoreError.ENOENT, "domain " + domid + " is not introduced");
    }
  }
}
