package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_arch_domainconfig}. x86 part of a domain configuration. */
public final class ArchDomainConfig {
  private static final LayoutBuilder C =
      Layout.struct("xen_arch_domainconfig", "x86 part of a domain configuration.");
  public static final U32 EMULATION_FLAGS = C.u32("emulation_flags", "0 for PV");
  public static final U32 MISC_FLAGS = C.u32("misc_flags", "XEN_X86_MSR_RELAXED");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ArchDomainConfig() {}
}
