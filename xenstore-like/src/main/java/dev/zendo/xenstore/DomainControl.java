package dev.zendo.xenstore;

/**
 * What the store asks of the control domain when a privileged client introduces or releases a
 * domain. The control domain implements it with event channels and a mapping of the guest's page;
 * the store keeps the list of introduced domains and fires the special watches.
 *
 * <p>Called on the thread that carries the request, with no lock held. A refusal is a {@link
 * StoreException}, which becomes the error reply.
 */
public interface DomainControl {
  /**
   * Begins to serve a domain over its ring, or, for one that is served already, resets its
   * connection and binds its event channel anew.
   *
   * @param domid the domain, not 0
   * @param gfn the frame number of its ring page
   * @param port the event channel that the domain has left unbound for the store
   */
  void introduce(int domid, long gfn, int port);

  /** Stops serving a domain: closes its connection, unmaps the ring, unbinds the event channel. */
  void release(int domid);

  /** Refuses everything: for a store without a hypervisor. */
  DomainControl NONE =
      new DomainControl() {
        @Override
        public void introduce(int domid, long gfn, int port) {
          throw new StoreException(StoreError.EINVAL, "this store serves no domains");
        }

        @Override
        public void release(int domid) {}
      };
}
