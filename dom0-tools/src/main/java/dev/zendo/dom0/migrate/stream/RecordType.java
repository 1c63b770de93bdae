package dev.zendo.dom0.migrate.stream;

/** Numbers of records, and of the headers before them. */
final class RecordType {
  static final int END = 0;
  static final int PAGE_DATA = 1;
  static final int X86_PV_INFO = 2;
  static final int X86_PV_P2M_FRAMES = 3;
  static final int SHARED_INFO = 7;
  static final int X86_TSC_INFO = 8;
  static final int VERIFY = 13;
  static final int CHECKPOINT = 14;
  static final int STATIC_DATA_END = 16;
  static final int X86_CPUID_POLICY = 17;
  static final int X86_MSR_POLICY = 18;

  /** Records with this bit may be left alone by who does not know them. */
  static final int OPTIONAL = 1 << 31;

  /** First field of the image header; older streams have some zero there. */
  static final long MARKER = -1;

  /** Second field: "XENF". */
  static final int ID = 0x58454e46;

  /** The version that is written. */
  static final int VERSION = 3;

  /** The oldest that is read. */
  static final int OLDEST_VERSION = 2;

  /** Domain header: a PV domain on x86. */
  static final int PV = 1;

  static final int PAGE_SHIFT = 12;

  /** Bytes of the two headers together. */
  static final int HEADERS = 24 + 16;

  /** Bytes of a register. */
  static final int WIDTH = 8;

  /** Levels of page tables. */
  static final int LEVELS = 4;

  private RecordType() {}
}
