package dev.zendo.hypervisor.engine.x86;

/** Where an operand of a table row is encoded; the letters of SDM volume 2, appendix A. */
enum OperandForm {
  /** General register or memory by ModRM.rm. */
  E,
  /** General register by ModRM.reg. */
  G,
  /** Memory by ModRM.rm. */
  M,
  /** General register by ModRM.rm; ModRM.mod is ignored unless the row asks for it. */
  R,
  /** Sign-extended immediate. */
  I,
  /** Zero-extended immediate. */
  K,
  /** Second immediate byte, zero-extended. */
  L,
  /** Branch displacement. */
  J,
  /** Memory at an absolute address of address size. */
  O,
  /** Memory at DS:rSI. */
  X,
  /** Memory at ES:rDI. */
  Y,
  /** Segment register by ModRM.reg. */
  S,
  /** Control register by ModRM.reg. */
  C,
  /** Debug register by ModRM.reg. */
  D,
  /** Vector register by ModRM.reg. */
  V,
  /** Vector register or memory by ModRM.rm. */
  W,
  /** Vector register by ModRM.rm. */
  U,
  /** MMX register by ModRM.reg. */
  P,
  /** MMX register or memory by ModRM.rm. */
  Q,
  /** MMX register by ModRM.rm. */
  N,
  /** General register by the low three bits of the opcode. */
  Z,
  /** Far pointer in the instruction. */
  A,
  /** The general register that the row names. */
  FIXED,
  /** The segment register that the row names. */
  FIXED_SREG,
  /** The constant one. */
  ONE,
  /** XMM0. */
  XMM0,
  /** ST(0). */
  ST,
  /** ST(i) by ModRM.rm. */
  STI;

  /** Whether the operand is encoded in ModRM.rm. */
  boolean isRm() {
    return switch (this) {
      case E, M, R, W, U, Q, N, STI -> true;
      default -> false;
    };
  }

  /** Whether the operand is encoded in a ModRM byte. */
  boolean usesModrm() {
    return switch (this) {
      case E, G, M, R, S, C, D, V, W, U, P, Q, N, STI -> true;
      default -> false;
    };
  }
}
