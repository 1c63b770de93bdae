package dev.zendo.hypercalls.sysctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_sysctl_getdomaininfolist}. Lists domains. */
public final class GetDomainInfoList {
  private static final LayoutBuilder C =
      Layout.struct("xen_sysctl_getdomaininfolist", "Lists domains.");
  public static final U16 FIRST_DOMAIN = C.domid("first_domain", "in");
  public static final U32 MAX_DOMAINS = C.u32("max_domains", "in");
  public static final U64 BUFFER = C.pointer("buffer", "struct xen_domctl_getdomaininfo", "out");
  public static final U32 NUM_DOMAINS = C.u32("num_domains", "out");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private GetDomainInfoList() {}
}
