package dev.zendo.hypercalls.io;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;

/** The head of a ring of requests and responses (io/ring.h); the slots follow it. */
public final class SharedRing {
  private static final LayoutBuilder C =
      Layout.struct("sring", "The head of a ring of requests and responses; the slots follow it.");
  public static final U32 REQ_PROD = C.u32("req_prod", "requests that the frontend has made");
  public static final U32 REQ_EVENT = C.u32("req_event", "the request that wants an event");
  public static final U32 RSP_PROD = C.u32("rsp_prod", "responses that the back end has made");
  public static final U32 RSP_EVENT = C.u32("rsp_event", "the response that wants an event");

  public static final Bytes PRIVATE = C.bytes("pad", 48, "");

  /** The whole structure, 64 bytes. */
  public static final Layout LAYOUT = C.end();

  private SharedRing() {}
}
