package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/**
 * {@code struct xenstore_domain_interface}. The page of a xenstore connection: two rings of bytes.
 */
public final class XenstoreRing {
  private static final LayoutBuilder C =
      Layout.struct(
          "xenstore_domain_interface", "The page of a xenstore connection: two rings of bytes.");
  public static final Bytes REQ = C.chars("req", 1024, "requests");
  public static final Bytes RSP = C.chars("rsp", 1024, "replies and watch events");
  public static final U32 REQ_CONS = C.u32("req_cons", "written by the store");
  public static final U32 REQ_PROD = C.u32("req_prod", "written by the guest");
  public static final U32 RSP_CONS = C.u32("rsp_cons", "written by the guest");
  public static final U32 RSP_PROD = C.u32("rsp_prod", "written by the store");
  public static final U32 SERVER_FEATURES = C.u32("server_features", "XENSTORE_SERVER_FEATURE_*");
  public static final U32 CONNECTION =
      C.u32("connection", "XENSTORE_CONNECTED or XENSTORE_RECONNECT");
  public static final U32 ERROR = C.u32("error", "XENSTORE_ERROR_*");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private XenstoreRing() {}
}
