package dev.zendo.hypercalls.start;

import dev.zendo.hypercalls.layout.Bytes;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U32;
import dev.zendo.hypercalls.layout.U64;

/** {@code struct start_info}. The page that RSI points to when a domain starts. */
public final class StartInfo {
  private static final LayoutBuilder C =
      Layout.struct("start_info", "The page that RSI points to when a domain starts.");
  public static final Bytes MAGIC = C.chars("magic", 32, "\"xen-3.0-x86_64\"");
  public static final U64 NR_PAGES = C.u64("nr_pages", "frames of the domain");
  public static final U64 SHARED_INFO = C.u64("shared_info", "machine address of shared_info");
  public static final U32 FLAGS = C.u32("flags", "SIF_* bits");
  public static final U64 STORE_MFN = C.pfn("store_mfn", "frame of the xenstore ring");
  public static final U32 STORE_EVTCHN =
      C.port("store_evtchn", "event channel of the xenstore ring");
  private static final LayoutBuilder CONSOLE = C.union("console", 8, "who writes the console");
  private static final LayoutBuilder DOM_U =
      CONSOLE.struct("domU", 8, "a domain without privileges");
  public static final U64 CONSOLE_MFN = DOM_U.pfn("mfn", "frame of the console ring");
  public static final U32 CONSOLE_EVTCHN =
      DOM_U.port("evtchn", "event channel of the console ring");
  private static final LayoutBuilder DOM0 = CONSOLE.struct("dom0", 4, "the control domain");
  public static final U32 CONSOLE_INFO_OFF =
      DOM0.u32("info_off", "offset of the video description in this page");
  public static final U32 CONSOLE_INFO_SIZE = DOM0.u32("info_size", "its size");
  public static final U64 PT_BASE = C.u64("pt_base", "virtual address of the top page table");
  public static final U64 NR_PT_FRAMES = C.u64("nr_pt_frames", "frames of the initial page tables");
  public static final U64 MFN_LIST = C.u64("mfn_list", "virtual address of the p2m list");
  public static final U64 MOD_START =
      C.u64("mod_start", "virtual address (or first pfn with SIF_MOD_START_PFN) of the ramdisk");
  public static final U64 MOD_LEN = C.u64("mod_len", "bytes of the ramdisk");
  public static final Bytes CMD_LINE = C.chars("cmd_line", 1024, "zero-terminated command line");
  public static final U64 FIRST_P2M_PFN =
      C.u64(
          "first_p2m_pfn", "first frame of the p2m list when it lies outside the initial mapping");
  public static final U64 NR_P2M_FRAMES =
      C.u64("nr_p2m_frames", "frames of it, page tables included");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private StartInfo() {}
}
