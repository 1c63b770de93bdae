package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;

/** {@code struct xen_domctl_setdomainhandle}. Sets the UUID. */
public final class SetDomainHandle {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_setdomainhandle", "Sets the UUID.");
  public static final Bytes HANDLE = C.bytes("handle", 16, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private SetDomainHandle() {}
}
