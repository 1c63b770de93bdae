package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;

/** {@code struct xen_memory_domain}. Names a domain. */
public final class MemoryDomain {
  private static final LayoutBuilder C = Layout.struct("xen_memory_domain", "Names a domain.");
  public static final U16 DOMID = C.domid("domid", "in: the domain");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private MemoryDomain() {}
}
