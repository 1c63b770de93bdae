package dev.zendo.hypervisor.event;

import static dev.zendo.hypercalls.Errno.ENOSYS;

import dev.zendo.hypercalls.event.EventLimits;
import dev.zendo.hypercalls.start.SharedInfo;
import dev.zendo.hypercalls.start.VcpuInfo;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Vcpu;

/**
 * The layout that every domain begins with: one pending and one mask bit per port in the shared
 * info page, and in each vcpu_info a selector bit per 64 ports (xen.h).
 */
final class TwoLevelEvents implements EventAbi {
  private static final int PENDING = SharedInfo.EVTCHN_PENDING.offset();
  private static final int MASK = SharedInfo.EVTCHN_MASK.offset();
  private static final int SELECTOR = VcpuInfo.EVTCHN_PENDING_SEL.offset();

  private final Domain domain;

  TwoLevelEvents(Domain domain) {
    this.domain = domain;
  }

  @Override
  public int ports() {
    return EventLimits.V2L_NR_CHANNELS;
  }

  @Override
  public boolean raise(Port port) {
    Vcpu vcpu = domain.vcpu(port.vcpu);
    int number = port.number;
    if (vcpu == null || !hasPlace(number)) {
      return false;
    }
    long shared = domain.sharedInfo();
    if (SharedBits.testAndSet(shared + PENDING, number)) {
      return false;
    }
    if (!SharedBits.test(shared + MASK, number)) {
      select(vcpu, number);
    }
    return true;
  }

  @Override
  public boolean unmask(Port port) {
    Vcpu vcpu = domain.vcpu(port.vcpu);
    int number = port.number;
    if (vcpu != null
        && hasPlace(number)
        && SharedBits.testAndClear(domain.sharedInfo() + MASK, number)
        && pending(port)) {
      select(vcpu, number);
    }
    return false;
  }

  @Override
  public void clear(Port port) {
    if (hasPlace(port.number)) {
      SharedBits.testAndClear(domain.sharedInfo() + PENDING, port.number);
    }
  }

  @Override
  public boolean pending(Port port) {
    return hasPlace(port.number) && SharedBits.test(domain.sharedInfo() + PENDING, port.number);
  }

  @Override
  public boolean busy(Port port) {
    return false;
  }

  @Override
  public long setPriority(Port port, int priority) {
    return -ENOSYS;
  }

  /** Ports beyond may be left over from the other layout, and a sender may be late. */
  private static boolean hasPlace(int number) {
    return number < EventLimits.V2L_NR_CHANNELS;
  }

  private static void select(Vcpu vcpu, int number) {
    if (!SharedBits.testAndSet(vcpu.vcpuInfo() + SELECTOR, number >>> 6)) {
      vcpu.markEventPending();
    }
  }
}
