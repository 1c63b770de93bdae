package dev.zendo.hypervisor.engine.interpreter;

/**
 * The last op of a block with up to two known successors. Successors in the same page are linked
 * directly, because that page's frame cannot change while the block runs; others are found through
 * the jump cache, which is flushed with the translations.
 */
abstract class BranchOp extends OperandOp {
  /**
   * Exits from the middle of a block after which they count as the rule; runs to the end of a block
   * after which it is built again with more behind it.
   */
  private static final int HOT = 1000;

  /** Virtual address of the successor when the branch is taken. */
  long takenRip;

  /** In the middle of a block: how many of its instructions are left out by a taken branch. */
  short rest;

  /** In the middle of a block, or at the end of one that may be extended: the block. */
  Block block;

  private short heat;
  private Block taken;
  private Block fallThrough;

  @Override
  protected boolean endsBlock() {
    return true;
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
    if (heat < HOT) {
      warm(cpu);
    }
    Block next = taken;
    return next != null ? next : findTaken(cpu);
  }

  /** Counts a run of an op that ends its block. */
  private void warm(Cpu cpu) {
    if (++heat == HOT) {
      // The successors may have been built again since they were linked.
      taken = null;
      fallThrough = null;
      if (block != null) {
        cpu.memory.code.frame(block.frame).extend(block);
      }
    }
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
    Block next = taken;
    return next != null ? next : findTaken(cpu);
  }

  /** The block after this instruction. */
  final Block fallThrough(Cpu cpu) {
    if (heat < HOT) {
      warm(cpu);
    }
    Block next = fallThrough;
    return next != null ? next : findFallThrough(cpu);
  }

  private Block findTaken(Cpu cpu) {
    Block block = cpu.find(takenRip);
    if (samePage(takenRip)) {
      taken = block;
    }
    return block;
  }

  private Block findFallThrough(Cpu cpu) {
    Block block = cpu.find(nextRip());
    if (samePage(nextRip())) {
      fallThrough = block;
    }
    return block;
  }

  private boolean samePage(long target) {
    return ((target ^ rip) & -4096) == 0;
  }
}
