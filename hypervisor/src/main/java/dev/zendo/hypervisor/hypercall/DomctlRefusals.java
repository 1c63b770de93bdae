package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.EOPNOTSUPP;
import static dev.zendo.hypercalls.Errno.EPERM;

import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.SetTarget;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;

/**
 * What a domain that controls no other gets for a domctl that names one. All are refused; Xen 4.17
 * looks at the arguments of a few commands before it looks at the caller's rights.
 */
final class DomctlRefusals {
  private static final int MEMORY_MAPPING = 39;
  private static final int UNBIND_PT_IRQ = 48;
  private static final int DEBUG_OP = 50;

  private DomctlRefusals() {}

  static long answer(Domain domain, int command, long at) {
    return switch (command) {
      case MEMORY_MAPPING, UNBIND_PT_IRQ -> -EINVAL;
      case DEBUG_OP -> -EOPNOTSUPP;
      case DomctlOp.IOPORT_PERMISSION -> DevicePermissions.ports(Domctl.IOPORT_PERMISSION.at(at));
      case DomctlOp.SET_TARGET -> setTarget(domain, Domctl.SET_TARGET.at(at));
      default -> -EPERM;
    };
  }

  /** No domain is its own target, and only HVM domains have one. */
  private static long setTarget(Domain domain, long at) {
    int target = SetTarget.TARGET.get(HostView.HOST, at);
    return target == domain.id() ? -EINVAL : -EOPNOTSUPP;
  }
}
