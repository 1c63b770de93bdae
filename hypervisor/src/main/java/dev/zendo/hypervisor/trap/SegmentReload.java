package dev.zendo.hypervisor.trap;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.GuestMmu;
import dev.zendo.hypervisor.engine.SegmentCache;

/**
 * Loads the segment registers of a vcpu that gets a processor, as a real one must: it takes what
 * the descriptor tables hold now. Only looked at when a table of the domain changed since.
 *
 * <p>Stateless; called on the thread that runs the vcpu, outside the guest.
 */
final class SegmentReload {
  private static final int NULL_SELECTORS = 3;

  private SegmentReload() {}

  /** Loads all segment registers if that may make a difference. */
  static void arrive(Vcpu vcpu, TrapDelivery delivery) {
    long changes = vcpu.domain().descriptorChanges();
    if (vcpu.traps().knownDescriptors() != changes) {
      vcpu.traps().knownDescriptors(changes);
      reload(vcpu, delivery);
    }
  }

  /** A data segment that cannot be loaded becomes null, and the guest kernel is told. */
  private static void reload(Vcpu vcpu, TrapDelivery delivery) {
    CpuState cpu = vcpu.cpu();
    boolean bad = false;
    for (int segment = CpuState.ES; segment <= CpuState.GS; segment++) {
      if (segment != CpuState.CS && segment != CpuState.SS) {
        bad |= !load(vcpu, segment);
      }
    }
    GuestReturn.reload(vcpu, delivery);
    if (bad) {
      delivery.failsafe(vcpu);
      for (int segment = CpuState.ES; segment <= CpuState.GS; segment++) {
        if (segment != CpuState.CS && segment != CpuState.SS && !load(vcpu, segment)) {
          cpu.selector(segment, 0);
        }
      }
    }
  }

  /** Loads a data segment but for its selector and the bases of FS and GS, which stay. */
  private static boolean load(Vcpu vcpu, int segment) {
    int selector = vcpu.cpu().selector(segment);
    long descriptor = selector <= NULL_SELECTORS ? 0 : vcpu.mmu().descriptor(selector);
    boolean good =
        selector <= NULL_SELECTORS
            || descriptor != GuestMmu.NO_DESCRIPTOR_PAGE
                && Descriptors.loadableData(descriptor, selector);
    SegmentCache.load(vcpu.cpu(), segment, good ? descriptor : 0);
    return good;
  }
}
