package dev.zendo.hypercalls.mmu;

/** Low bits of the address in mmu_update. */
public final class MmuCommand {
  public static final int NORMAL_PT_UPDATE = 0;
  public static final int MACHPHYS_UPDATE = 1;
  public static final int PT_UPDATE_PRESERVE_AD = 2;
  public static final int PT_UPDATE_NO_TRANSLATE = 3;

  private MmuCommand() {}
}
