package dev.zendo.hypercalls.start;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U64;

/**
 * {@code struct arch_shared_info}. Architecture part of shared_info; the guest writes it, the
 * toolstack reads it at save.
 */
public final class ArchSharedInfo {
  private static final LayoutBuilder C =
      Layout.struct(
          "arch_shared_info",
          "Architecture part of shared_info; the guest writes it, the toolstack reads it at save.");
  public static final U64 MAX_PFN =
      C.u64("max_pfn", "number of the last entry of the p2m list, plus one");
  public static final U64 PFN_TO_MFN_FRAME_LIST_LIST =
      C.pfn("pfn_to_mfn_frame_list_list", "root of the three-level p2m tree");
  public static final U64 NMI_REASON = C.u64("nmi_reason", "reason bits of a virtual NMI");
  public static final U64 P2M_CR3 =
      C.u64("p2m_cr3", "page-table root through which p2m_vaddr is read, 0 if unused");
  public static final U64 P2M_VADDR = C.u64("p2m_vaddr", "virtual address of the linear p2m list");
  public static final U64 P2M_GENERATION =
      C.u64("p2m_generation", "odd while the guest changes the list");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private ArchSharedInfo() {}
}
