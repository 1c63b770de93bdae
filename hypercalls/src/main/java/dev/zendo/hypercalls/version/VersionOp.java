package dev.zendo.hypercalls.version;

/** Commands of xen_version. */
public final class VersionOp {
  public static final int VERSION = 0;
  public static final int EXTRAVERSION = 1;
  public static final int COMPILE_INFO = 2;
  public static final int CAPABILITIES = 3;
  public static final int CHANGESET = 4;
  public static final int PLATFORM_PARAMETERS = 5;
  public static final int GET_FEATURES = 6;
  public static final int PAGESIZE = 7;
  public static final int GUEST_HANDLE = 8;
  public static final int COMMANDLINE = 9;
  public static final int BUILD_ID = 10;

  private VersionOp() {}
}
