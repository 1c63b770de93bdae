package dev.zendo.hypercalls.vcpu;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct vcpu_get_physid}. Asks for the physical processor. */
public final class GetPhysid {
  private static final LayoutBuilder C =
      Layout.struct("vcpu_get_physid", "Asks for the physical processor.");
  public static final U64 PHYS_ID = C.u64("phys_id", "out: APIC id, ACPI id");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GetPhysid() {}
}
