package dev.zendo.hypercalls.domctl;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct xen_domctl_vcpuextstate}. XCR0 and the XSAVE area of a vcpu. */
public final class VcpuExtState {
  private static final LayoutBuilder C =
      Layout.struct("xen_domctl_vcpuextstate", "XCR0 and the XSAVE area of a vcpu.");
  public static final U32 VCPU = C.u32("vcpu", "in: the vcpu");
  public static final U64 XFEATURE_MASK =
      C.u64("xfeature_mask", "in or out: components that the processor has; 0 asks for the size");
  public static final U64 SIZE = C.u64("size", "in or out: bytes in the buffer");
  public static final U64 BUFFER =
      C.pointer("buffer", "uint64_t", "in or out: XCR0, XCR0 as it ever was, the area");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private VcpuExtState() {}
}
