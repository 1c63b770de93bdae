package dev.zendo.hypervisor.grant;

import dev.zendo.hypercalls.grant.GrantStatus;
import dev.zendo.hypercalls.grant.Transfer;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.MachToPhys;
import dev.zendo.hypervisor.paging.Handover;
import dev.zendo.hypervisor.paging.Paging;

/**
 * {@code transfer}: a domain gives a frame away for ever. A frame that was taken from its owner and
 * is then not accepted is freed.
 */
final class TransferOperation {
  private final Domains domains;
  private final Handover handover;
  private final MachToPhys machToPhys;

  TransferOperation(Domains domains, Paging paging) {
    this.domains = domains;
    this.handover = paging.handover();
    this.machToPhys = paging.machToPhys();
  }

  /** Does the operation in the caller's scratch memory and returns its status. */
  int transfer(Vcpu caller) {
    long at = caller.scratch();
    long mfn = Transfer.MFN.get(HostView.HOST, at);
    Domain self = caller.domain();
    if (self.translated() || !handover.take(self, mfn)) {
      return GrantStatus.BAD_PAGE;
    }
    Domain target = domains.get(Transfer.DOMID.get(HostView.HOST, at));
    int status = target == null ? GrantStatus.BAD_DOMAIN : GrantStatus.GENERAL_ERROR;
    if (target == null || target.translated()) {
      handover.abandon(mfn);
      return status;
    }
    int ref = Transfer.REF.get(HostView.HOST, at);
    GrantTable table = GrantingDomain.stateOf(target).table();
    table.lock.lock();
    try {
      if (!handover.claim(target)) {
        handover.abandon(mfn);
        return status;
      }
      if (!table.commitTransfer(ref, self.id())) {
        handover.unclaim(target);
        handover.abandon(mfn);
        return status;
      }
      long pfn = table.frameOf(ref);
      if (!handover.give(target, mfn)) {
        return status;
      }
      machToPhys.set(mfn, pfn);
      table.completeTransfer(ref, mfn);
      return GrantStatus.OKAY;
    } finally {
      table.lock.unlock();
    }
  }
}
