package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypervisor.domain.Vcpu;

/**
 * Copies argument structures between the guest and the scratch memory of the calling vcpu, where
 * {@code HostView.HOST} with {@code caller.scratch()} reads them. Stateless.
 */
public final class Arguments {
  private Arguments() {}

  /** Copies a structure from the guest; returns whether it could be read. */
  public static boolean read(Vcpu caller, long pointer, Layout layout) {
    return caller.guest().read(pointer, caller.scratch(), layout.size());
  }

  /** Copies a structure back to the guest; returns whether it could be written. */
  public static boolean write(Vcpu caller, long pointer, Layout layout) {
    return caller.guest().write(pointer, caller.scratch(), layout.size());
  }

  /** Whether an address has bits 63 to 47 all equal. */
  public static boolean canonical(long address) {
    return address << 16 >> 16 == address;
  }

  /** Whether a guest may name the address: canonical and outside the hypervisor's range. */
  public static boolean addressable(long address) {
    return address >= 0 && address < 1L << 47 || address >= 0xffff880000000000L && address < 0;
  }
}
