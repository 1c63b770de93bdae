package dev.zendo.dom0.net.vif;

import dev.zendo.dom0.control.GrantCopier;
import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.BackendDriver;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.dom0.net.Networks;

/** Serves the network interfaces of all guests of a machine. On the event thread. */
public final class VifDriver implements BackendDriver {
  private final Networks networks;
  private GrantCopier copier;

  /** With the switches to which interfaces are connected. */
  public VifDriver(Networks networks) {
    this.networks = networks;
  }

  @Override
  public String type() {
    return VifSpec.TYPE;
  }

  @Override
  public Backend open(BackendDevice device) throws DeviceException {
    if (copier == null) {
      // A page for each piece; all interfaces work on the same thread.
      copier = device.control().grants().copier(GrantCopier.CAPACITY);
    }
    return new VifBackend(device, networks, copier);
  }
}
