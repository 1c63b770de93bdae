package dev.zendo.dom0.xenstore;

import dev.zendo.dom0.control.ControlDomain;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.WireConnection;
import dev.zendo.xenstore.XenstoreRing;

/** The connection of one guest: its ring, served on the event thread of the control domain. */
final class GuestRing implements AutoCloseable {
  /** The grant that the domain builder seeds for the store. */
  private static final int GRANT = 1;

  private final ControlDomain control;
  private final Mapping page;
  private final XenstoreRing ring;
  private final int port;

  /** Its lock is held while the ring is served; empty before the beginning and after the end. */
  private final XenstoreRing[] cell = new XenstoreRing[1];

  /**
   * Connects a guest.
   *
   * @param remotePort its event channel for the store
   */
  GuestRing(ControlDomain control, Store store, int domain, int remotePort) {
    this.control = control;
    this.page = control.grants().map(domain, GRANT);
    // The wire wants to wake a ring that does not exist before the wire does.
    Runnable pump =
        () -> {
          synchronized (cell) {
            if (cell[0] != null) {
              cell[0].pump();
            }
          }
        };
    int[] local = new int[1];
    WireConnection wire =
        new WireConnection(store.connect(domain), () -> control.events().post(domain, pump));
    ring =
        XenstoreRing.reset(
            new MappedRingPage(control.memory().memory(), page.address()),
            wire,
            () -> control.events().send(local[0]));
    synchronized (cell) {
      port = control.events().bind(domain, remotePort, pump);
      local[0] = port;
      cell[0] = ring;
    }
  }

  @Override
  public void close() {
    // The event thread may be serving it, and would use a port and a page that are gone.
    synchronized (cell) {
      cell[0] = null;
    }
    ring.close();
    control.events().close(port);
    page.close();
  }
}
