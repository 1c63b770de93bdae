package dev.zendo.hypercalls.version;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;

/** {@code struct xen_compile_info}. How the hypervisor was built. */
public final class CompileInfo {
  private static final LayoutBuilder C =
      Layout.struct("xen_compile_info", "How the hypervisor was built.");
  public static final Bytes COMPILER = C.chars("compiler", 64, "");
  public static final Bytes COMPILE_BY = C.chars("compile_by", 16, "");
  public static final Bytes COMPILE_DOMAIN = C.chars("compile_domain", 32, "");
  public static final Bytes COMPILE_DATE = C.chars("compile_date", 32, "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private CompileInfo() {}
}
