package dev.zendo.hypervisor.engine.interpreter;

/**
 * All templates, with a factory each that packs the shape. They are kept apart from the templates'
 * classes because those are initialised once per shape.
 */
final class Templates {
  private static final Template<OperandOp> ALU =
      new Template<>(OperandOp.class, AluOp.class, 1 << 13);

  private static final Template<UpdateOp> ALU_MEMORY =
      new Template<>(UpdateOp.class, AluMemoryOp.class, 1 << 10);

  private static final Template<OperandOp> UNARY =
      new Template<>(OperandOp.class, UnaryOp.class, 1 << 5);

  private static final Template<OperandOp> MOV =
      new Template<>(OperandOp.class, MovOp.class, 1 << 6);

  private static final Template<OperandOp> EXTEND =
      new Template<>(OperandOp.class, ExtendOp.class, 1 << 7);

  private static final Template<OperandOp> LEA =
      new Template<>(OperandOp.class, LeaOp.class, 1 << 4);

  private static final Template<BranchOp> JCC = new Template<>(BranchOp.class, JccOp.class, 1 << 5);

  private static final Template<BranchOp> COMPARE_BRANCH =
      new Template<>(BranchOp.class, CompareBranchOp.class, 1 << 15);

  private static final Template<OperandOp> SETCC =
      new Template<>(OperandOp.class, SetccOp.class, 16);

  private static final Template<OperandOp> CMOV =
      new Template<>(OperandOp.class, CmovOp.class, 1 << 8);

  private static final Template<OperandOp> SHIFT =
      new Template<>(OperandOp.class, ShiftOp.class, 1 << 7);

  private static final Template<OperandOp> IMUL =
      new Template<>(OperandOp.class, ImulOp.class, 1 << 6);

  private Templates() {}

  /** An op without operands yet; {@code form} is -1 for a register source. */
  static OperandOp imul(int size, int form, boolean immediate) {
    return IMUL.create(
        Integer.numberOfTrailingZeros(size) | form + 1 << 2 | (immediate ? 1 << 4 : 0));
  }

  /** The op of a shape of {@link ImulOp} that leaves the flags alone. */
  static OperandOp quietImul(int shape) {
    return IMUL.create(shape | ImulOp.QUIET);
  }

  /** The op of a shape of {@link AluOp} that leaves the flags alone. */
  static OperandOp quietAlu(int shape) {
    return ALU.create(shape | AluOp.QUIET);
  }

  /** The op of a shape of {@link CompareBranchOp} that sets flags only when it leaves the block. */
  static BranchOp quietCompareBranch(int shape) {
    return COMPARE_BRANCH.create(shape | CompareBranchOp.QUIET_BIT);
  }

  /** The op of a shape of {@link UnaryOp} that leaves the flags alone. */
  static OperandOp quietUnary(int shape) {
    return UNARY.create(shape | UnaryOp.QUIET);
  }

  /** The op of a shape of {@link ShiftOp} that leaves the flags alone. */
  static OperandOp quietShift(int shape) {
    return SHIFT.create(shape | ShiftOp.QUIET);
  }

  /** An op without operands yet; {@code operation} as in {@link Shifts}. */
  static OperandOp shift(int operation, int size, boolean immediate) {
    return SHIFT.create(
        operation | Integer.numberOfTrailingZeros(size) << 3 | (immediate ? 1 << 5 : 0));
  }

  /** An op without operands yet. */
  static OperandOp alu(int operation, int size, int left, int right) {
    return ALU.create(
        operation | Integer.numberOfTrailingZeros(size) << 4 | left << 6 | right << 9);
  }

  /** An op without operands yet; {@code operation} as in {@link AluOp} or {@link AluMemoryOp}. */
  static UpdateOp aluMemory(int operation, int size, int form, boolean immediate, boolean locked) {
    return ALU_MEMORY.create(
        operation
            | Integer.numberOfTrailingZeros(size) << 4
            | form << 6
            | (immediate ? 1 << 8 : 0)
            | (locked ? 1 << 9 : 0));
  }

  /** An op without operands yet. */
  static OperandOp unary(int operation, int size) {
    return UNARY.create(operation | Integer.numberOfTrailingZeros(size) << 2);
  }

  /** An op without operands yet. */
  static OperandOp mov(int kind, int size) {
    return MOV.create(kind << 2 | Integer.numberOfTrailingZeros(size));
  }

  /** An op without operands yet; {@code form} is -1 for a register source. */
  static OperandOp extend(int from, int to, boolean signed, int form) {
    return EXTEND.create(
        Integer.numberOfTrailingZeros(from)
            | Integer.numberOfTrailingZeros(to) << 2
            | (signed ? 1 << 4 : 0)
            | form + 1 << 5);
  }

  /** An op without operands yet. */
  static OperandOp lea(int size, int form) {
    return LEA.create(Integer.numberOfTrailingZeros(size) | form << 2);
  }

  /** An op without target yet. */
  static BranchOp jcc(int condition, boolean inner) {
    return JCC.create(condition | (inner ? 1 << 4 : 0));
  }

  /** An op without operands yet; operand kinds as in {@link AluOp}. */
  static BranchOp compareBranch(
      boolean compare, int condition, int size, int left, int right, boolean inner) {
    return COMPARE_BRANCH.create(
        condition
            | Integer.numberOfTrailingZeros(size) << 4
            | left << 6
            | right << 9
            | (compare ? 1 << 12 : 0)
            | (inner ? 1 << 13 : 0));
  }

  /** An op without operands yet. */
  static OperandOp setcc(int condition) {
    return SETCC.create(condition);
  }

  /** An op without operands yet; {@code form} is -1 for a register source. */
  static OperandOp cmov(int condition, int size, int form) {
    return CMOV.create(condition | Integer.numberOfTrailingZeros(size) << 4 | form + 1 << 6);
  }
}
