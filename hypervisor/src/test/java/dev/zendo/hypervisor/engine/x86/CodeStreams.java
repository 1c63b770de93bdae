package dev.zendo.hypervisor.engine.x86;

import java.util.SplittableRandom;

/** Random machine code for oracle tests; a function of the seed. */
public final class CodeStreams {
  /** Bytes of one slot: at most 15 of an instruction, then enough NOPs to get back in step. */
  public static final int SLOT = 32;

  private static final int[] PREFIXES = {
    0x66, 0xf2, 0xf3, 0x67, 0x2e, 0x36, 0x3e, 0x26, 0x64, 0x65, 0xf0
  };

  private CodeStreams() {}

  /**
   * Slots of random code: some prefixes, an opcode of any map, random bytes behind it; every opcode
   * of every map comes equally often.
   */
  public static byte[] slots(int count, long seed, boolean longMode) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] code = new byte[count * SLOT];
    for (int slot = 0; slot < count; slot++) {
      int at = slot * SLOT;
      int end = at + 15;
      int limit = at + SLOT;
      int prefixes = Math.max(0, random.nextInt(6) - 2);
      for (int i = 0; i < prefixes; i++) {
        code[at++] = (byte) PREFIXES[random.nextInt(PREFIXES.length)];
      }
      if (longMode && random.nextInt(3) == 0) {
        code[at++] = (byte) (0x40 | random.nextInt(16));
      }
      switch (random.nextInt(8)) {
        case 0, 1, 2, 3 -> code[at++] = 0x0f;
        case 4 -> {
          code[at++] = 0x0f;
          code[at++] = 0x38;
        }
        case 5 -> {
          code[at++] = 0x0f;
          code[at++] = 0x3a;
        }
        default -> {}
      }
      while (at < end) {
        code[at++] = (byte) random.nextInt(256);
      }
      while (at < limit) {
        code[at++] = (byte) 0x90;
      }
    }
    return code;
  }
}
