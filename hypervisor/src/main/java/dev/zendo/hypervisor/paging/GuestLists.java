package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.Vcpu;

/** Checks of pointers to lists before anything of a call is done. */
public final class GuestLists {
  private GuestLists() {}

  /** Whether a pointer may be one of the caller's at all (any value). */
  public static boolean isAcceptable(Vcpu caller, long pointer) {
    return caller.domain().translated() || Pte.isGuestAddress(pointer);
  }
}
