package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.E2BIG;
import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENODATA;
import static dev.zendo.hypercalls.Errno.ENODEV;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EOPNOTSUPP;
import static dev.zendo.hypercalls.Errno.EPERM;
import static dev.zendo.hypercalls.Errno.ESRCH;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;

/** Hypercalls that a paravirtualised guest cannot use, with the refusals that Xen gives. */
public final class RefusedCalls {
  private static final int HVM_SET_PARAM = 0;
  private static final int HVM_GET_PARAM = 1;
  private static final int HVM_FLUSH_TLBS = 5;
  private static final int HVM_PAGETABLE_DYING = 9;
  private static final int HVM_GET_TIME = 10;
  private static final int HVM_TRACE = 11;
  private static final int HVM_GET_MEM_TYPE = 15;
  private static final int HVM_SET_EVTCHN_UPCALL = 23;
  private static final int HVM_UNUSED = 24;
  private static final int HVM_ALTP2M = 25;
  private static final int PARAM_SIZE = 16;
  private static final int MAX_BUFFERS = 3;
  private static final int BUFFER_SIZE = 16;
  private static final int XENOPROF_INIT = 0;
  private static final int XENOPROF_INIT_SIZE = 72;
  private static final int XENOPROF_SHUTDOWN = 14;
  private static final int XENOPROF_LAST = 17;

  /** How Xen continues a long domctl; guests may issue it as well. */
  private static final int PAGING_CONTINUATION = 49;

  private final Domains domains;

  private RefusedCalls(Domains domains) {
    this.domains = domains;
  }

  /** Installs the handlers. */
  public static void register(HypercallTable table, Domains domains) {
    RefusedCalls calls = new RefusedCalls(domains);
    refuse(table, Hypercalls.XSM_OP, ENOSYS);
    refuse(table, Hypercalls.KEXEC_OP, EPERM);
    refuse(table, Hypercalls.TMEM_OP, ENOSYS);
    refuse(table, Hypercalls.ARGO_OP, ENOSYS);
    refuse(table, Hypercalls.XENPMU_OP, EOPNOTSUPP);
    refuse(table, Hypercalls.HYPFS_OP, EPERM);
    refuse(table, Hypercalls.MCA, EPERM);
    table.register(Hypercalls.XENOPROF_OP, (v, a1, a2, a3, a4, a5) -> xenoprofOp(v, (int) a1, a2));
    table.register(PAGING_CONTINUATION, (v, a1, a2, a3, a4, a5) -> pagingContinuation(v, a1));
    table.register(
        Hypercalls.DM_OP,
        (v, a1, a2, a3, a4, a5) -> calls.dmOp(v, (int) a1 & 0xffff, (int) a2, a3));
    table.register(Hypercalls.HVM_OP, (v, a1, a2, a3, a4, a5) -> calls.hvmOp(v, (int) a1, a2));
  }

  private static void refuse(HypercallTable table, int number, int errno) {
    table.register(number, (v, a1, a2, a3, a4, a5) -> -errno);
  }

  /** What Xen makes of an interrupted domctl that works on page tables of HVM guests. */
  private static long pagingContinuation(Vcpu v, long pointer) {
    return Arguments.read(v, pointer, Domctl.LAYOUT) ? -EOPNOTSUPP : -EFAULT;
  }

  /** Device models are for HVM guests, of which there are none. */
  private long dmOp(Vcpu v, int id, int buffers, long pointer) {
    if (buffers < 0 || buffers > MAX_BUFFERS) {
      return -E2BIG;
    }
    int bytes = buffers * BUFFER_SIZE;
    if (bytes != 0 && !v.guest().read(pointer, v.scratch(), bytes)) {
      return -EFAULT;
    }
    if (buffers == 0) {
      return -ENODATA;
    }
    Domain domain = domains.get(id);
    if (domain == null) {
      return -ESRCH;
    }
    return domain == v.domain() ? -EPERM : -EINVAL;
  }

  /** There are no performance counters to profile with. */
  private static long xenoprofOp(Vcpu v, int command, long pointer) {
    switch (command) {
      case XENOPROF_INIT:
        return v.guest().read(pointer, v.scratch(), XENOPROF_INIT_SIZE) ? -ENODEV : -EFAULT;
      case XENOPROF_SHUTDOWN:
        return 0;
      default:
        return command < 0 || command > XENOPROF_LAST ? -EINVAL : -EPERM;
    }
  }

  private long hvmOp(Vcpu v, int command, long pointer) {
    switch (command) {
      case HVM_SET_PARAM:
      case HVM_GET_PARAM:
      case HVM_GET_MEM_TYPE:
        if (!v.guest().read(pointer, v.scratch(), PARAM_SIZE)) {
          return -EFAULT;
        }
        Domain domain = target(v);
        if (domain == null) {
          return -ESRCH;
        }
        return command != HVM_GET_MEM_TYPE || Callers.actsFor(v, domain) ? -EINVAL : -EPERM;
      case HVM_FLUSH_TLBS:
      case HVM_SET_EVTCHN_UPCALL:
      case HVM_UNUSED:
        return -EINVAL;
      case HVM_PAGETABLE_DYING:
        return pagetableDying(v, pointer);
      case HVM_GET_TIME, HVM_TRACE:
        return 0;
      case HVM_ALTP2M:
        return -EOPNOTSUPP;
      default:
        return -ENOSYS;
    }
  }

  private Domain target(Vcpu v) {
    return Callers.any(domains, v, HostView.HOST.getShort(v.scratch()) & 0xffff);
  }

  private long pagetableDying(Vcpu v, long pointer) {
    if (!v.guest().read(pointer, v.scratch(), PARAM_SIZE)) {
      return -EFAULT;
    }
    Domain domain = target(v);
    if (domain == null) {
      return -ESRCH;
    }
    return domain == v.domain() ? -EINVAL : -EOPNOTSUPP;
  }
}
