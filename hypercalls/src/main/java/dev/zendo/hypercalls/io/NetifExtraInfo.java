package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct netif_extra_info} (io/netif.h). A slot that says more about a packet. */
public final class NetifExtraInfo {
  private static final LayoutBuilder C =
      Layout.struct("netif_extra_info", "A slot that says more about a packet.");
  public static final U8 TYPE = C.u8("type", "XEN_NETIF_EXTRA_TYPE_*");
  public static final U8 FLAGS = C.u8("flags", "XEN_NETIF_EXTRA_FLAG_*");
  private static final LayoutBuilder U = C.union("u", 2, "");
  private static final LayoutBuilder GSO = U.struct("gso", 2, "");
  public static final U16 GSO_SIZE = GSO.u16("size", "most bytes of payload in a segment");
  public static final U8 GSO_TYPE = GSO.u8("type", "XEN_NETIF_GSO_TYPE_*");
  public static final U8 GSO_PAD = GSO.u8("pad", "");
  public static final U16 GSO_FEATURES = GSO.u16("features", "0");
  private static final LayoutBuilder MCAST = U.struct("mcast", 1, "");
  public static final Bytes MCAST_ADDR = MCAST.bytes("addr", 6, "a multicast address");
  private static final LayoutBuilder HASH = U.struct("hash", 1, "");
  public static final U8 HASH_TYPE = HASH.u8("type", "number of an XEN_NETIF_CTRL_HASH_TYPE_*");
  public static final U8 HASH_ALGORITHM = HASH.u8("algorithm", "XEN_NETIF_CTRL_HASH_ALGORITHM_*");
  public static final Bytes HASH_VALUE = HASH.bytes("value", 4, "the hash");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private NetifExtraInfo() {}
}
