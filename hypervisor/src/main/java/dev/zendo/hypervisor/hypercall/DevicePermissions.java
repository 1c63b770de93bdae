package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.EPERM;

import dev.zendo.hypercalls.domctl.IomemPermission;
import dev.zendo.hypercalls.domctl.IoportPermission;
import dev.zendo.hypercalls.domctl.IrqPermission;
import dev.zendo.hypervisor.domain.HostView;

/**
 * Commands of domctl that hand devices to a domain: nobody can hand on what nobody has, so that
 * only the arguments matter.
 */
final class DevicePermissions {
  private static final HostView HOST = HostView.HOST;
  private static final int PORTS = 0x10000;

  private DevicePermissions() {}

  static long ports(long at) {
    long first = IoportPermission.FIRST_PORT.getUnsigned(HOST, at);
    long end = first + IoportPermission.NR_PORTS.getUnsigned(HOST, at) & 0xffffffffL;
    return end <= first || end > PORTS ? -EINVAL : -EPERM;
  }

  static long memory(long at) {
    long first = IomemPermission.FIRST_MFN.get(HOST, at);
    long last = first + IomemPermission.NR_MFNS.get(HOST, at) - 1;
    return Long.compareUnsigned(last, first) < 0 ? -EINVAL : -EPERM;
  }

  static long interrupt(long at) {
    long number = IrqPermission.PIRQ.getUnsigned(HOST, at);
    return number >= PhysdevCalls.PIRQS ? -EINVAL : -EPERM;
  }
}
