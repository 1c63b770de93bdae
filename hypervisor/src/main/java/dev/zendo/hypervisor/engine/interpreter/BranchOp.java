package dev.zendo.hypervisor.engine.interpreter;

import dev.zendo.hypervisor.engine.interpreter.fusion.Varying;

/**
 * The last op of a block with up to two known successors. Successors in the same page are linked
 * directly, because that page's frame cannot change while the block runs; others are found through
 * the jump cache, which is flushed with the translations.
 */
abstract class BranchOp extends OperandOp {
  /** Exits from the middle of a block after which they count as the rule. */
  private static final int HOT = 1000;

  /** Virtual address of the successor when the branch is taken. */
  long takenRip;

  /** In the middle of a block: how many of its instructions are left out by a taken branch. */
  short rest;

  /** The block that the op belongs to. */
  Block block;

  @Varying private short heat;
  private Block taken;
  private Block fallThrough;

  @Override
  protected boolean endsBlock() {
    return true;
  }

  /** Becomes part of a block; {@link #rest} is still how many instructions precede the next op. */
  final void enter(Block owner) {
    block = owner;
    rest = (short) (owner.count - rest);
  }

  /** Takes over place, operands and target of another branch without memory operand. */
  final BranchOp branchLike(BranchOp other) {
    like(other);
    takenRip = other.takenRip;
    rest = other.rest;
    return this;
  }

  /** The block at the branch target. */
  final Block taken(Cpu cpu) {
    Block next = taken;
    return next != null && next.isAlive() ? next : findTaken(cpu);
  }

  /**
   * The block at the branch target, from the middle of this op's block. When that happens often the
   * block is built again along the other way.
   */
  final Block exit(Cpu cpu) {
    cpu.executed -= rest;
    if (heat < HOT && ++heat == HOT) {
      cpu.memory.code.frame(block.frame).turn(block, rip);
    }
    return taken(cpu);
  }

  /** The block after this instruction. */
  final Block fallThrough(Cpu cpu) {
    Block next = fallThrough;
    return next != null && next.isAlive() ? next : findFallThrough(cpu);
  }

  private Block findTaken(Cpu cpu) {
    Block next = cpu.find(takenRip);
    if (isLasting(next)) {
      taken = next;
    }
    return next;
  }

  private Block findFallThrough(Cpu cpu) {
    Block next = cpu.find(nextRip());
    if (isLasting(next)) {
      fallThrough = next;
    }
    return next;
  }

  /** Whether a successor may be linked. */
  private boolean isLasting(Block next) {
    return next != null && samePage(next.pc) && next.isAlive();
  }

  private boolean samePage(long target) {
    return ((target ^ rip) & -4096) == 0;
  }
}
