package dev.zendo.dom0;

/** What tests do in the name of a guest whose vcpus do not run. */
public final class GuestDoor {
  private GuestDoor() {}

  /** Raises the event of a port of the guest, as the guest would. */
  public static void send(Machine machine, int domain, int port) {
    long result = machine.hypervisor().domain(domain).events().send(port);
    if (result != 0) {
      throw new IllegalStateException("sending through port " + port + " gave " + result);
    }
  }

  /** Event channels of a domain that are not free. */
  public static int openPorts(Machine machine, int domain) {
    return machine.hypervisor().domain(domain).events().open();
  }
}
