package dev.zendo.hypervisor.engine.x86;

/** Bits of RFLAGS (SDM volume 1, 3.4.3) and the flags that conditions test. */
public final class Flags {
  public static final int CF = 1 << 0;
  public static final int PF = 1 << 2;
  public static final int AF = 1 << 4;
  public static final int ZF = 1 << 6;
  public static final int SF = 1 << 7;
  public static final int TF = 1 << 8;
  public static final int IF = 1 << 9;
  public static final int DF = 1 << 10;
  public static final int OF = 1 << 11;
  public static final int IOPL = 3 << 12;
  public static final int NT = 1 << 14;
  public static final int RF = 1 << 16;
  public static final int VM = 1 << 17;
  public static final int AC = 1 << 18;
  public static final int VIF = 1 << 19;
  public static final int VIP = 1 << 20;
  public static final int ID = 1 << 21;

  /** The six status flags. */
  public static final int STATUS = CF | PF | AF | ZF | SF | OF;

  /** The status flags that conditional instructions can test: all but AF. */
  public static final int CONDITIONAL = STATUS & ~AF;

  /** All flags that software can see. */
  public static final int ALL = 0x3f7fd5;

  private static final int[] READ_BY_PAIR = {OF, CF, ZF, CF | ZF, SF, PF, SF | OF, ZF | SF | OF};

  private Flags() {}

  /** Flags that a condition code (0..15, the low four bits of the opcode) tests. */
  public static int readByCondition(int condition) {
    return READ_BY_PAIR[condition >>> 1 & 7];
  }

  /** Whether a condition code holds for the given RFLAGS value. */
  public static boolean holds(int condition, long rflags) {
    int f = (int) rflags;
    boolean signed = ((f & SF) != 0) != ((f & OF) != 0);
    boolean even =
        switch (condition >>> 1 & 7) {
          case 6 -> signed;
          case 7 -> signed || (f & ZF) != 0;
          default -> (f & READ_BY_PAIR[condition >>> 1 & 7]) != 0;
        };
    return even != ((condition & 1) != 0);
  }
}
