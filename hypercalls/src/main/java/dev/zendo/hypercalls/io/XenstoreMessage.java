package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** {@code struct xsd_sockmsg}. Header of every xenstore message. */
public final class XenstoreMessage {
  private static final LayoutBuilder C =
      Layout.struct("xsd_sockmsg", "Header of every xenstore message.");
  public static final U32 TYPE = C.u32("type", "XS_*");
  public static final U32 REQ_ID = C.u32("req_id", "echoed in the reply");
  public static final U32 TX_ID = C.u32("tx_id", "transaction, 0 for none");
  public static final U32 LEN = C.u32("len", "bytes that follow");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private XenstoreMessage() {}
}
