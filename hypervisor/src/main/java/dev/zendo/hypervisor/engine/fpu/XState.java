package dev.zendo.hypervisor.engine.fpu;

import dev.zendo.hypervisor.machine.HostMemory;

/**
 * FXSAVE, FXRSTOR, XSAVE and XRSTOR (SDM volume 1, 10.5 and chapter 13) between the FXSAVE image of
 * a vcpu and a host buffer that the caller copies from and to guest memory. Components are x87 (bit
 * 0) and SSE (bit 1) in the standard format; both always count as in use. Only the thread that runs
 * the vcpu calls it.
 */
public final class XState {
  /** Component bits. */
  public static final int X87_COMPONENT = 1;

  public static final int SSE_COMPONENT = 2;

  /** Offset of the XSAVE header, and with it the size of the legacy region. */
  public static final int HEADER = 512;

  private static final int HEADER_SIZE = 64;

  /** Bytes of the legacy region and the header. */
  public static final int AREA = HEADER + HEADER_SIZE;

  /** Offset of MXCSR. */
  public static final int MXCSR = 24;

  private static final int ST = 32;
  private static final int XMM = 160;

  private final long image;
  private final X87 unit;

  XState(long image, X87 unit) {
    this.image = image;
    this.unit = unit;
  }

  /**
   * Bytes of the legacy region that instructions write; the rest is free for software.
   *
   * @param registers XMM registers in the mode
   */
  public static int legacyBytes(int registers) {
    return XMM + 16 * registers;
  }

  /** Whether a value may be loaded into MXCSR. */
  public static boolean validMxcsr(int value) {
    return (value & 0xffff0000) == 0;
  }

  /** MXCSR. */
  public int mxcsr() {
    return HostMemory.getInt(image + MXCSR);
  }

  /** Loads MXCSR with a valid value. */
  public void mxcsr(int value) {
    HostMemory.putInt(image + MXCSR, value);
  }

  /**
   * Writes components into a buffer that holds the area's old contents.
   *
   * @param components bits of what to write
   * @param wide pointers have 64 bits (REX.W)
   * @param registers XMM registers to write: 16, or 8 outside 64-bit mode
   */
  public void save(long to, int components, boolean wide, int registers) {
    if ((components & X87_COMPONENT) != 0) {
      HostMemory.copy(image, to, MXCSR);
      HostMemory.putByte(to + 5, (byte) 0);
      if (!wide) {
        HostMemory.putInt(to + 12, 0);
        HostMemory.putInt(to + 20, 0);
      }
      HostMemory.copy(image + ST, to + ST, 8 * 16);
    }
    if ((components & SSE_COMPONENT) != 0) {
      HostMemory.putInt(to + MXCSR, mxcsr());
      HostMemory.putInt(to + MXCSR + 4, 0xffff);
      HostMemory.copy(image + XMM, to + XMM, 16L * registers);
    }
  }

  /** Completes an XSAVE: notes the written components in the header. */
  public static void saveHeader(long area, int components) {
    HostMemory.putLong(area + HEADER, HostMemory.getLong(area + HEADER) | components);
  }

  /**
   * Whether XRSTOR accepts a header (standard format).
   *
   * @param enabled XCR0
   */
  public static boolean validHeader(long area, long enabled) {
    return (HostMemory.getLong(area + HEADER) & ~enabled) == 0
        && HostMemory.getLong(area + HEADER + 8) == 0
        && HostMemory.getLong(area + HEADER + 16) == 0;
  }

  /** Loads components from a buffer; its MXCSR must be valid if the SSE component is loaded. */
  public void load(long from, int components, boolean wide, int registers) {
    if ((components & X87_COMPONENT) != 0) {
      loadX87(from, wide);
    }
    if ((components & SSE_COMPONENT) != 0) {
      HostMemory.copy(from + XMM, image + XMM, 16L * registers);
    }
  }

  private void loadX87(long from, boolean wide) {
    HostMemory.copy(from, image, 8);
    HostMemory.putByte(image + 5, (byte) 0);
    HostMemory.putShort(image + 6, (short) (HostMemory.getShort(from + 6) & 0x7ff));
    long mask = wide ? -1L : 0xffffffffL;
    HostMemory.putLong(image + 8, HostMemory.getLong(from + 8) & mask);
    HostMemory.putLong(image + 16, HostMemory.getLong(from + 16) & mask);
    for (int i = ST; i < XMM; i += 16) {
      HostMemory.putLong(image + i, HostMemory.getLong(from + i));
      HostMemory.putLong(image + i + 8, HostMemory.getLong(from + i + 8) & 0xffff);
    }
    unit.fldcw(HostMemory.getShort(from));
  }

  /** Puts components into their initial configuration; MXCSR is not part of any. */
  public void initialise(int components, int registers) {
    if ((components & X87_COMPONENT) != 0) {
      HostMemory.fill(image, MXCSR, (byte) 0);
      HostMemory.putShort(image, (short) X87.INITIAL_CONTROL);
      HostMemory.fill(image + ST, 8 * 16, (byte) 0);
    }
    if ((components & SSE_COMPONENT) != 0) {
      HostMemory.fill(image + XMM, 16L * registers, (byte) 0);
    }
  }
}
