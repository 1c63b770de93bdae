package dev.zendo.hypercalls.version;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xen_build_id}. Build id header; the bytes follow. */
public final class BuildId {
  private static final LayoutBuilder C =
      Layout.struct("xen_build_id", "Build id header; the bytes follow.");
  public static final U32 LEN = C.u32("len", "in: room; out: bytes");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private BuildId() {}
}
