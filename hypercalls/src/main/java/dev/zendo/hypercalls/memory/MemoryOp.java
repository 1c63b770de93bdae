package dev.zendo.hypercalls.memory;

/** Commands of memory_op; bits 6 and up of the argument count the extents already done. */
public final class MemoryOp {
  public static final int INCREASE_RESERVATION = 0;
  public static final int DECREASE_RESERVATION = 1;
  public static final int MAXIMUM_RAM_PAGE = 2;
  public static final int CURRENT_RESERVATION = 3;
  public static final int MAXIMUM_RESERVATION = 4;
  public static final int MACHPHYS_MFN_LIST = 5;
  public static final int POPULATE_PHYSMAP = 6;
  public static final int ADD_TO_PHYSMAP = 7;
  public static final int MEMORY_MAP = 9;
  public static final int MACHINE_MEMORY_MAP = 10;
  public static final int EXCHANGE = 11;
  public static final int MACHPHYS_MAPPING = 12;
  public static final int SET_MEMORY_MAP = 13;
  public static final int MAXIMUM_GPFN = 14;
  public static final int REMOVE_FROM_PHYSMAP = 15;
  public static final int SET_POD_TARGET = 16;
  public static final int GET_POD_TARGET = 17;
  public static final int GET_SHARING_FREED_PAGES = 18;
  public static final int GET_SHARING_SHARED_PAGES = 19;
  public static final int PAGING_OP = 20;
  public static final int ACCESS_OP = 21;
  public static final int SHARING_OP = 22;
  public static final int ADD_TO_PHYSMAP_BATCH = 23;
  public static final int CLAIM_PAGES = 24;
  public static final int MACHPHYS_COMPAT_MFN_LIST = 25;
  public static final int GET_VNUMAINFO = 26;
  public static final int RESERVED_DEVICE_MEMORY_MAP = 27;
  public static final int ACQUIRE_RESOURCE = 28;

  private MemoryOp() {}
}
