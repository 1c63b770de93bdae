package dev.zendo.hypercalls.memory;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_pod_target}. Populate-on-demand target of a domain. */
public final class PodTarget {
  private static final LayoutBuilder C =
      Layout.struct("xen_pod_target", "Populate-on-demand target of a domain.");
  public static final U64 TARGET_PAGES = C.u64("target_pages", "");
  public static final U64 TOT_PAGES = C.u64("tot_pages", "");
  public static final U64 POD_CACHE_PAGES = C.u64("pod_cache_pages", "");
  public static final U64 POD_ENTRIES = C.u64("pod_entries", "");
  public static final U16 DOMID = C.domid("domid", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PodTarget() {}
}
