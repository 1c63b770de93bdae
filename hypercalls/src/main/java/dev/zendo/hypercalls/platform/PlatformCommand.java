package dev.zendo.hypercalls.platform;

/** Commands of platform_op. */
public final class PlatformCommand {
  public static final int SETTIME32 = 17;
  public static final int ADD_MEMTYPE = 31;
  public static final int DEL_MEMTYPE = 32;
  public static final int READ_MEMTYPE = 33;
  public static final int MICROCODE_UPDATE = 35;
  public static final int PLATFORM_QUIRK = 39;
  public static final int GET_CPU_VERSION = 48;
  public static final int EFI_RUNTIME_CALL = 49;
  public static final int FIRMWARE_INFO = 50;
  public static final int ENTER_ACPI_SLEEP = 51;
  public static final int CHANGE_FREQ = 52;
  public static final int GETIDLETIME = 53;
  public static final int SET_PROCESSOR_PMINFO = 54;
  public static final int GET_CPUINFO = 55;
  public static final int CPU_ONLINE = 56;
  public static final int CPU_OFFLINE = 57;
  public static final int CPU_HOTADD = 58;
  public static final int MEM_HOTADD = 59;
  public static final int CORE_PARKING = 60;
  public static final int RESOURCE_OP = 61;
  public static final int SETTIME64 = 62;
  public static final int GET_SYMBOL = 63;

  private PlatformCommand() {}
}
