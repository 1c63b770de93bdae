package dev.zendo.hypervisor.engine.x86;

/** What an operand of a decoded instruction is. */
public enum OperandKind {
  /** No operand. */
  NONE,
  /** A general register, number 0..15; of size 1, the low byte of it. */
  GPR,
  /** AH, CH, DH or BH: the second byte of general register 0..3. */
  GPR8_HIGH,
  /** Memory at {@link Insn#base}, {@link Insn#index}, {@link Insn#displacement}. */
  MEM,
  /** Memory at DS:rSI (the segment may be overridden), as string instructions read it. */
  STRING_SOURCE,
  /** Memory at ES:rDI, as string instructions use it; no override. */
  STRING_DESTINATION,
  /** {@link Insn#immediate}, or {@link Insn#immediate2} when it is a second immediate operand. */
  IMM,
  /** A branch target: {@link Insn#immediate} is relative to the next instruction. */
  REL,
  /** A vector register, 0..15. */
  XMM,
  /** MM0..MM7. */
  MMX,
  /** ST(i). */
  ST,
  /** A segment register, in the order ES CS SS DS FS GS. */
  SREG,
  /** A control register. */
  CR,
  /** A debug register. */
  DR,
  /** A far pointer: {@link Insn#immediate} is the offset, {@link Insn#immediate2} the selector. */
  FAR
}
