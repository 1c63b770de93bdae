package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/**
 * {@code struct xen_9pfs_data_intf} (io/9pfs.h). The first page of a 9pfs ring. Behind it, from
 * offset 132 on, stand the grant references of the 2^ring_order pages of data: their first half is
 * the ring towards the guest, their second half the ring towards the back end.
 */
public final class NinePfsInterface {
  private static final LayoutBuilder C =
      Layout.struct(
          "xen_9pfs_data_intf",
          "The indices of a 9pfs ring; grant references of its data pages follow.");
  public static final U32 IN_CONS = C.u32("in_cons", "written by the guest");
  public static final U32 IN_PROD = C.u32("in_prod", "written by the back end");
  public static final Bytes PAD1 = C.bytes("pad1", 56, "");
  public static final U32 OUT_CONS = C.u32("out_cons", "written by the back end");
  public static final U32 OUT_PROD = C.u32("out_prod", "written by the guest");
  public static final Bytes PAD2 = C.bytes("pad2", 56, "");
  public static final U32 RING_ORDER = C.u32("ring_order", "logarithm of the number of pages");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NinePfsInterface() {}
}
